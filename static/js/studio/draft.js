// Drafts that are kept as one types, also when the browser closes. A person has several in a
// browser, each under the key of its form: no other tab and no other form takes its place.

import { fill, valuesOf } from "./form.js";

const PAUSE_MS = 300;
const MOST = 9;

export class Draft {
  #form;
  #place;
  #timer;
  // As this page read or wrote its draft last; if it is not like that any more, another tab did it.
  #known;

  constructor(form) {
    this.#form = form;
    this.#place = `entrain.draft.${form.dataset.draft}`;
    // What became a track is no draft any more; what was changed in it on the way back is one.
    const { sent } = form.dataset;
    if (this.of(sent)?.isSent) this.drop(sent);
    this.#known = JSON.stringify(this.of(this.#key.value));
  }

  get #key() {
    return this.#form.elements.key;
  }

  // The newest is the last. Once there was one alone, and no list.
  get #all() {
    try {
      return [JSON.parse(localStorage.getItem(this.#place)) ?? []].flat();
    } catch {
      return [];
    }
  }

  // A browser that keeps nothing (or has no room) still makes tracks.
  #store(drafts) {
    try {
      if (drafts.length) localStorage.setItem(this.#place, JSON.stringify(drafts.slice(-MOST)));
      else localStorage.removeItem(this.#place);
    } catch {}
  }

  /** What was kept last of another form than this one; undefined without a draft. */
  get newest() {
    return this.#all.filter(({ key }) => key !== this.#key.value).at(-1);
  }

  /** What was kept of the form with that key. */
  of(wanted) {
    return this.#all.find(({ key }) => key === wanted);
  }

  /** Keep the form from now on, a moment after each change and before the page goes. */
  watch() {
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.keep(), PAUSE_MS);
    };
    this.#form.addEventListener("input", later);
    this.#form.addEventListener("studio:change", later);
    window.addEventListener("pagehide", () => this.#timer && this.keep());
    document.addEventListener(
      "visibilitychange",
      () => document.hidden && this.#timer && this.keep(),
    );
    this.#form.addEventListener("submit", () => this.keep({ isSent: true }));
  }

  keep(more) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const there = this.of(this.#key.value);
    // Beside the other tab's, where the browser can make a key.
    if (there && JSON.stringify(there) !== this.#known)
      this.#key.value = crypto.randomUUID?.() ?? there.key;
    const values = { ...valuesOf(this.#form), ...more };
    this.#known = JSON.stringify(values);
    this.#store([...this.#all.filter(({ key }) => key !== values.key), values]);
  }

  /** Go on with `values`, which were kept or sent. */
  restore(values) {
    fill(this.#form, values);
    this.#known = JSON.stringify(this.of(values.key));
  }

  drop(dropped) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#store(this.#all.filter(({ key }) => key !== dropped));
  }
}
