// The sleep timer: plays on for a while, fades out and stops.

const FADE_S = 60;
const LOOK_EVERY_MS = 500;
export const END_OF_TRACK = "end";

/** Event "change" whenever what `choice` or `left_s` say has changed. */
export class SleepTimer extends EventTarget {
  #sound;
  #deadline_ms = 0;
  #clock = 0;
  #looped = false;
  choice = null;

  constructor(sound) {
    super();
    this.#sound = sound;
    // Clocks of pages out of sight go slowly; what plays reports all the same.
    sound.addEventListener("progress-made", () => this.#look());
  }

  /** Seconds until the sound stops; null without a timer. */
  get left_s() {
    if (this.choice === null) return null;
    if (this.choice === END_OF_TRACK) return this.#sound.duration_s - this.#sound.time_s;
    return Math.max(0, (this.#deadline_ms - Date.now()) / 1000);
  }

  /** Stop in so many minutes, of which `left_s` are left, at the END_OF_TRACK, or (null) never. */
  set(choice, left_s = choice * 60) {
    this.#release();
    this.choice = choice;
    if (choice === END_OF_TRACK) {
      this.#looped = this.#sound.loop;
      this.#sound.loop = false;
    } else if (choice !== null) {
      this.#deadline_ms = Date.now() + left_s * 1000;
      this.#clock = setInterval(() => this.#look(), LOOK_EVERY_MS);
    }
    this.#tell();
  }

  #look() {
    if (this.choice === null) return;
    const left_s = this.left_s;
    if (this.choice === END_OF_TRACK) {
      if (!this.#sound.playing && left_s < 0.5) this.set(null);
    } else if (left_s > 0) {
      // Loudness follows the square of this: an even way down to the ear.
      this.#sound.fade = Math.min(1, left_s / FADE_S) ** 2;
    } else {
      this.#sound.pause();
      this.set(null);
    }
    this.#tell();
  }

  #release() {
    clearInterval(this.#clock);
    const was = this.choice;
    this.choice = null;
    if (was === END_OF_TRACK) this.#sound.loop = this.#looped;
    else if (was !== null) this.#sound.fade = 1;
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
