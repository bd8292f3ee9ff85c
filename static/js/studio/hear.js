// Hearing the chosen voice say a sentence, before the words are spoken by it.

export class VoiceSample {
  #audio;

  /** `button.dataset.sample` is the address of a sample, with `VOICE` where the voice goes. */
  constructor({ button, select }) {
    this.button = button;
    this.select = select;
    button.hidden = false;
    button.addEventListener("click", () => (this.#audio ? this.stop() : this.play()));
    select.addEventListener("change", () => this.stop());
  }

  /** Where the sample of the chosen voice is. */
  get url() {
    return this.button.dataset.sample.replace("VOICE", encodeURIComponent(this.select.value));
  }

  async play() {
    const audio = (this.#audio = new Audio(this.url));
    this.#say("hear", true);
    audio.addEventListener("ended", () => audio === this.#audio && this.stop());
    try {
      await audio.play();
    } catch {
      if (audio !== this.#audio) return;
      this.stop();
      this.#say("no", false);
    }
  }

  stop() {
    this.#audio?.pause();
    this.#audio = null;
    this.#say("hear", false);
  }

  #say(which, isPlaying) {
    this.button.ariaPressed = String(isPlaying);
    this.button.querySelector("span").textContent = this.button.dataset[which];
  }
}
