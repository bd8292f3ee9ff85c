// Sounds of many small events strewn over moving noise: `audio/beds/drops.py`.

import { Bands, MOMENTS_S } from "./spectral.js";

// Nearer than this part of the farthest distance nothing falls: loudness there has no bound.
const NEAREST = 0.1;
const MEAN_SQUARE = NEAREST * Math.log(1 + 1 / NEAREST);
const KINDS = 256;
// Events are strewn over so many grains at a time.
const GRAINS = 8;
// An event sounds in both ears: mean of cos·sin over that of cos², over all places.
const LIKENESS = 2 / Math.PI;

/** `event` fills in the sound of one; `events` tells how many a second there are, and their RMS. */
export class Drops extends Bands {
  constructor(bed, { longest_s = 0.08, ...common }) {
    super(bed, common);
    this.longest = Math.round(longest_s * this.rate);
    this.hop = GRAINS * this.step;
    this.bank = new Array(KINDS);
  }

  *rms() {
    const noise = yield* super.rms();
    let power = 0;
    for (const time of MOMENTS_S) power += this.events(time).rms ** 2;
    return Math.hypot(noise, Math.sqrt((power / MOMENTS_S.length) * this.kept(LIKENESS)));
  }

  *seek(frame) {
    yield* super.seek(frame);
    this.piece = Math.floor(frame / this.hop);
    this.strewn = [...this.#strew(this.piece - 1), ...this.#strew(this.piece)];
  }

  add(ears, frames, frame, before, after) {
    super.add(ears, frames, frame, before, after);
    if (frame + frames > (this.piece + 1) * this.hop) {
      this.piece += 1;
      const ringing = this.strewn.filter(({ start }) => start + this.longest > frame);
      this.strewn = [...ringing, ...this.#strew(this.piece)];
    }
    for (const one of this.strewn) {
      if (one.start < frame + frames && one.start + this.longest > frame) {
        this.#ring(one, ears, frames, frame, before, (after - before) / frames);
      }
    }
  }

  #ring({ start, kind, sides }, ears, frames, frame, before, step) {
    const sound = (this.bank[kind] ??= this.#eventOf(kind));
    const from = Math.max(0, start - frame);
    const to = Math.min(frames, start + this.longest - frame);
    for (let ear = 0; ear < 2; ear++) {
      for (let i = from; i < to; i++) {
        ears[ear][i] += sound[frame + i - start] * sides[ear] * (before + step * i);
      }
    }
  }

  /** The events that begin in a piece: when, which, and how loud in each ear. */
  #strew(piece) {
    const bits = this.bits(1, piece);
    const { aSecond, rms } = this.events((piece * this.hop) / this.rate);
    const count = Math.floor((aSecond * this.hop) / this.rate + bits.uniform());
    const level = this.gain * rms * Math.sqrt(2 / (MEAN_SQUARE * aSecond));
    return Array.from({ length: count }, () => {
      const start = piece * this.hop + Math.floor(bits.uniform() * this.hop);
      const kind = Math.floor(bits.uniform() * KINDS);
      const angle = (Math.PI / 2) * bits.uniform();
      const [left, right] = [Math.cos(angle), Math.sin(angle)];
      // They fall evenly over an area, and loudness falls with the distance.
      const loud = level * Math.sqrt(NEAREST / (NEAREST + bits.uniform()));
      const given = (left - right) * this.narrowing;
      return { start, kind, sides: [loud * (left - given), loud * (right + given)] };
    });
  }

  /** One event out of the bank; all have one energy. */
  #eventOf(kind) {
    const sound = new Float64Array(this.longest);
    this.event(sound, this.bits(2, kind));
    let energy = 0;
    for (let i = 0; i < sound.length; i++) {
      sound[i] *= Math.min(1, (this.longest - i) / (0.01 * this.rate));
      energy += sound[i] ** 2;
    }
    const norm = Math.sqrt(this.rate / energy);
    return Float32Array.from(sound, (value) => value * norm);
  }
}
