// Hearing the track before it is made, from any minute of it, while everything can be changed.

export class Listening {
  #preview;
  #button;
  #scrubber;

  /**
   * `recipe()` and `words()` give what is to be heard; `moved(share, isPlaying)` hears of the place.
   */
  constructor({ button, scrubber, recipe, words, moved }) {
    this.#button = button;
    this.#scrubber = scrubber;
    this.ask = { recipe, words, moved };
    // Without Web Audio there is nothing to press.
    button.hidden = !window.AudioWorkletNode;
    button.addEventListener("click", () => (this.isPlaying ? this.stop() : this.start()));
    scrubber.addEventListener("input", (event) => {
      event.stopPropagation();
      this.#show();
    });
    scrubber.addEventListener("change", () => this.isPlaying && this.start());
    this.#show();
  }

  get isPlaying() {
    return this.#button.ariaPressed === "true";
  }

  async start() {
    const recipe = this.ask.recipe();
    this.#setPlaying(true);
    try {
      this.#preview ??= await this.#load();
      if (!this.isPlaying) return;
      await this.#preview.play(recipe, {
        at_s: this.#share * recipe.duration_s,
        ...this.ask.words(),
      });
    } catch {
      this.stop();
      this.#button.querySelector("span.start").textContent = this.#button.dataset.no;
    }
  }

  stop() {
    this.#setPlaying(false);
    this.#preview?.stop();
  }

  /** The form has changed: sound like it. */
  follow() {
    if (this.isPlaying) this.#preview?.update(this.ask.recipe(), this.ask.words());
  }

  async #load() {
    const { Preview } = await import("../preview/preview.js");
    const preview = new Preview();
    preview.on("time", (seconds) => {
      // While somebody holds it, the scrubber is theirs.
      if (!this.isPlaying || this.#scrubber.matches(":active")) return;
      this.#scrubber.value = seconds / this.ask.recipe().duration_s;
      this.#show();
    });
    preview.on("end", () => this.stop());
    return preview;
  }

  get #share() {
    return Math.min(Number(this.#scrubber.value), 0.999);
  }

  #setPlaying(isPlaying) {
    this.#button.ariaPressed = String(isPlaying);
    this.ask.moved(this.#share, isPlaying);
  }

  #show() {
    this.ask.moved(this.#share, this.isPlaying);
  }
}
