// “Keep on this device” on a track's page.

import { find, forget, keep, possible } from "./kept.js";
import { size } from "./words.js";

/** Bring every such box in the page to life; call it again for what htmx brings in. */
export function offerToKeep() {
  if (!possible) return;
  for (const box of document.querySelectorAll("[data-keep][hidden]")) new Box(box);
}

class Box {
  #box;
  #working = null;

  constructor(box) {
    this.#box = box;
    box.hidden = false;
    this.#on("keep", () => this.#keep());
    this.#on("stop", () => this.#working?.abort());
    this.#on("remove", async () => {
      await forget(this.#track.id);
      await this.#showWhatIs();
    });
    this.#showWhatIs();
  }

  /** The smallest format that this browser plays. */
  get #track() {
    const { id, title, band, duration, page, cover } = this.#box.dataset;
    const audio = new Audio();
    const sources = [...this.#box.querySelectorAll("data[data-type]")];
    const best = sources.find(({ dataset }) => audio.canPlayType(dataset.type)) ?? sources.at(-1);
    const { address, bytes } = best.dataset;
    const duration_s = Number(duration);
    return { id, title, band, duration_s, page, cover, sound: address, expected: Number(bytes) };
  }

  async #keep() {
    const { expected, ...track } = this.#track;
    this.#working = new AbortController();
    this.#show("working");
    const bar = this.#part("progress");
    bar.value = 0;
    try {
      await keep(track, (part) => (bar.value = part), this.#working.signal);
    } catch (error) {
      if (error.name !== "AbortError") return this.#show("failed");
    } finally {
      this.#working = null;
    }
    await this.#showWhatIs();
  }

  async #showWhatIs() {
    const track = await find(this.#box.dataset.id);
    this.#part(`[data-when="${track ? "kept" : "away"}"] [data-size]`).textContent = size(
      track?.bytes ?? this.#track.expected,
    );
    this.#show(track ? "kept" : "away");
  }

  #show(state) {
    const had = this.#box.contains(document.activeElement);
    for (const part of this.#box.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(state);
    }
    // The button that was pressed is gone: the next one has the focus.
    if (had) this.#box.querySelector("[data-when]:not([hidden]) button")?.focus();
  }

  #on(what, act) {
    for (const button of this.#box.querySelectorAll(`[data-do="${what}"]`)) {
      button.addEventListener("click", act);
    }
  }

  #part(selector) {
    return this.#box.querySelector(selector);
  }
}

offerToKeep();
document.addEventListener("htmx:afterSettle", offerToKeep);
