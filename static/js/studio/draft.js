// A draft that is kept as one types, also when the browser closes: one a person and a browser.

import { fill, valuesOf } from "./form.js";

const PAUSE_MS = 300;

export class Draft {
  #form;
  #place;
  #timer;

  constructor(form) {
    this.#form = form;
    this.#place = `entrain.draft.${form.dataset.draft}`;
    // What became a track is no draft any more.
    if (this.values?.key === form.dataset.sent) this.drop();
  }

  /** What was kept; undefined without a draft. */
  get values() {
    try {
      return JSON.parse(localStorage.getItem(this.#place)) ?? undefined;
    } catch {
      return undefined;
    }
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
    this.#form.addEventListener("submit", () => this.keep());
  }

  keep() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A browser that keeps nothing (or has no room) still makes tracks.
    try {
      localStorage.setItem(this.#place, JSON.stringify(valuesOf(this.#form)));
    } catch {}
  }

  restore() {
    fill(this.#form, this.values);
  }

  drop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      localStorage.removeItem(this.#place);
    } catch {}
  }
}
