// A layer of the mix, with a place to fade in and out so that it can come and go while one listens.

import { Glide, Movement } from "./curves.js";
import { rmsOf } from "./levels.js";

const CROSSFADE_S = 0.08;

/** A weight 0…1 that moves along a quarter sine, so that two sounds swap at one power. */
class Fader {
  constructor(weight) {
    this.place = this.goal = weight;
  }

  get weight() {
    return Math.sin((Math.PI / 2) * this.place);
  }

  get isOut() {
    return this.place === 0 && this.goal === 0;
  }

  move(seconds) {
    const step = seconds / CROSSFADE_S;
    this.place += Math.min(step, Math.max(-step, this.goal - this.place));
  }
}

/** A beat in the mix. */
export class BeatSlot {
  constructor(layer, weight) {
    this.layer = layer;
    this.fader = new Fader(weight);
  }

  /** Add `frames` samples from `start` to `stop` in seconds to `ears`. */
  add(ears, frames, start, stop) {
    const before = this.fader.weight;
    this.fader.move(stop - start);
    this.layer.add(ears, frames, start, stop, [before, this.fader.weight]);
  }
}

// Steps of a bed's preparation with each block, so that the sound does not stop meanwhile.
const STEPS_A_BLOCK = 4;

/** A bed in the mix: it takes a moment to prepare, and its level moves. */
export class BedSlot {
  /** `shape`: what tells this bed from others but its level. */
  constructor(layer, { shape, level_db, rate, weight }) {
    this.layer = layer;
    this.shape = shape;
    this.rate = rate;
    this.fader = new Fader(weight);
    this.glide = new Glide();
    this.level = new Movement(level_db, { soft: true });
    this.gates = [];
    this.isReady = false;
    this.work = this.#made();
  }

  /** Take another level from `time` on, without a jump. */
  follow(level_db, time) {
    const was = this.#gain(time);
    this.level = new Movement(level_db, { soft: true });
    this.glide.stop();
    this.glide.from(was, this.#gain(time), time);
  }

  /** Go on with what has to be made before the bed can sound from `frame` on. */
  prepare(frame, steps = STEPS_A_BLOCK) {
    this.frame = frame;
    for (; !this.isReady && steps > 0; steps--) this.work.next();
  }

  /** Sound on from another place in the track. */
  seek(frame) {
    this.glide.stop();
    const work = this.layer.seek(frame);
    while (!work.next().done);
  }

  /** Add `frames` samples from `frame` on to `ears`. */
  add(ears, frames, frame) {
    const start = frame / this.rate;
    const stop = (frame + frames) / this.rate;
    const before = this.#gain(start) * this.fader.weight;
    this.fader.move(stop - start);
    this.layer.add(ears, frames, frame, before, this.#gain(stop) * this.fader.weight);
  }

  *#made() {
    yield* this.layer.prepare();
    yield* this.layer.seek(this.frame);
    this.isReady = true;
  }

  #gain(time) {
    return rmsOf(this.level.at(time)) + this.glide.at(time);
  }
}
