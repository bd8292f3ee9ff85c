// Where the mix is played: on the browser's audio thread.

import { Limiter } from "./limiter.js";
import { Mix } from "./mix.js";

// How long the sound takes to come and to go when one starts, stops or jumps.
const RISE_S = 0.25;
const FALL_S = 0.35;
const JUMP_S = 0.06;
const TELLS_A_SECOND = 10;

class MixProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.mix = new Mix(sampleRate);
    // Volume of the whole: where it is, where it goes, and what happens there.
    this.place = 0;
    this.goal = 0;
    this.perFrame = 1;
    this.told = 0;
    this.isPlaying = false;
    this.isLive = !processorOptions?.spec;
    if (!this.isLive) this.#startAtOnce(processorOptions);
    this.port.onmessage = ({ data }) => this[data.do]?.(data);
  }

  /** Let a sample stand for the spoken lines. */
  speakWith({ sample }) {
    this.mix.speech.speakWith(sample);
  }

  /** Play from a place in the track on; what sounds meanwhile makes way first. */
  play(order) {
    this.coming = order;
    this.#fall(JUMP_S, () => {
      this.mix.start(this.coming.spec, this.coming);
      this.coming = null;
      this.isPlaying = true;
      this.#rise(RISE_S);
    });
  }

  update(order) {
    if (this.coming) Object.assign(this.coming, order);
    else if (this.isPlaying) this.mix.update(order.spec, order);
  }

  stop() {
    this.coming = null;
    this.#fall(FALL_S, () => {
      this.isPlaying = false;
      this.port.postMessage({ is: "silent" });
    });
  }

  process(inputs, [ears]) {
    if (!this.isPlaying) {
      this.#arrive();
      return true;
    }
    const frames = ears[0].length;
    this.mix.process(ears, frames);
    if (this.isLive) (this.limiter ??= new Limiter(frames)).process(ears);
    if (this.place !== 1 || this.goal !== 1) this.#soften(ears, frames);
    this.#tell(frames);
    return true;
  }

  /** For a recording rather than for a listener: as it is, from the first sample on. */
  #startAtOnce(options) {
    this.mix.start(options.spec, options);
    if (options.sample) this.speakWith(options);
    this.isPlaying = true;
    this.place = this.goal = 1;
  }

  #rise(seconds) {
    this.goal = 1;
    this.perFrame = 1 / (seconds * sampleRate);
  }

  #fall(seconds, then) {
    this.goal = 0;
    this.perFrame = 1 / (seconds * sampleRate);
    this.then = then;
  }

  #arrive() {
    this.place = this.goal;
    const { then } = this;
    if (this.place !== 0 || !then) return;
    this.then = null;
    then();
  }

  #soften(ears, frames) {
    for (let i = 0; i < frames; i++) {
      const step = Math.min(this.perFrame, Math.abs(this.goal - this.place));
      this.place += Math.sign(this.goal - this.place) * step;
      const gain = Math.sin((Math.PI / 2) * this.place) ** 2;
      for (const ear of ears) ear[i] *= gain;
    }
    if (this.place === this.goal) this.#arrive();
  }

  #tell(frames) {
    this.told += frames;
    if (this.mix.isOver) {
      this.isPlaying = false;
      this.place = this.goal = 0;
      this.port.postMessage({ is: "over" });
    } else if (this.told * TELLS_A_SECOND >= sampleRate) {
      this.told = 0;
      this.port.postMessage({ is: "time", time: this.mix.time });
    }
  }
}

registerProcessor("entrain-mix", MixProcessor);
