// Noise of any spectrum, fixed or moving: `audio/beds/noise.py`, `audio/beds/bands.py`.
//
// A grain is the inverse Fourier transform of random numbers times the magnitudes wanted; it
// fades into the next along quarter sines, whose squares sum to one.

import { inverse } from "../fft.js";
import { Bed } from "./bed.js";

// Moments all over three hours tell how loud a sound that moves is in the long run.
export const MOMENTS_S = Float64Array.from({ length: 2500 }, (_, n) => n * 2 * 2.1789);
const MOMENTS_A_STEP = 25;

/** Gaussian noise whose spectrum each kind of sound tells, grain by grain; RMS a channel of 1. */
export class Spectral extends Bed {
  constructor(bed, { grain = 4096, fade = 1024, ...common }) {
    super(bed, common);
    this.grain = grain;
    this.fade = fade;
    this.step = grain - fade;
    this.bins = grain / 2 + 1;
    // Whole numbers spread evenly over 8 bits have a standard deviation of 2⁷/√3.
    this.unit = grain / 2 / (2 ** 7 / Math.sqrt(3));
    this.rise = Float32Array.from({ length: fade }, (_, i) =>
      Math.sin(((Math.PI / 2) * (i + 0.5)) / fade),
    );
    this.magnitudes = [new Float32Array(this.bins), new Float32Array(this.bins)];
    // The grain before, the one that sounds, and the one in the making.
    this.grains = [0, 1, 2].map(() => [new Float32Array(grain), new Float32Array(grain)]);
    this.number = null;
  }

  /** Make what is made only once; yields between steps. */
  *prepare() {
    yield* this.shape();
    this.gain = 1 / (yield* this.rms());
  }

  /** Get ready to sound from `frame` on; yields between steps. */
  *seek(frame) {
    this.number = Math.floor(frame / this.step);
    for (const [place, number] of [this.number - 1, this.number].entries()) {
      yield* this.make(this.grains[place], number);
    }
    this.coming = this.make(this.grains[2], this.number + 1);
  }

  /** Add `frames` samples from `frame` on, at `before` growing to `after`, to `ears`. */
  add(ears, frames, frame, before, after) {
    let done = 0;
    while (done < frames) {
      const at = frame + done - this.number * this.step;
      if (at >= this.step) {
        this.#turn();
        continue;
      }
      const count = Math.min(frames - done, this.step - at);
      for (let ear = 0; ear < 2; ear++) {
        this.#sound(ears[ear], ear, done, at, count, before, (after - before) / frames);
      }
      done += count;
    }
    // A little of the next grain with every block.
    this.coming.next();
  }

  #sound(out, ear, done, at, count, before, step) {
    const last = this.grains[0][ear];
    const here = this.grains[1][ear];
    const { rise, fade } = this;
    for (let i = 0; i < count; i++) {
      const n = at + i;
      const gain = before + step * (done + i);
      if (n < fade) {
        out[done + i] += (here[n] * rise[n] + last[this.step + n] * rise[fade - 1 - n]) * gain;
      } else {
        out[done + i] += here[n] * gain;
      }
    }
  }

  #turn() {
    while (!this.coming.next().done);
    this.grains.push(this.grains.shift());
    this.number += 1;
    this.coming = this.make(this.grains[2], this.number + 1);
  }

  /** One grain, both ears at once: one is the real part and the other the imaginary. */
  *make([left, right], number) {
    yield* this.spectrum(number);
    const [one, other] = this.magnitudes;
    const bits = this.bits(0, number);
    const scale = this.gain / this.grain;
    for (let k = 0; k < this.bins; k++) {
      const four = bits.next();
      const a = (four >> 24) * one[k];
      const b = ((four << 8) >> 24) * one[k];
      const c = ((four << 16) >> 24) * other[k];
      const d = ((four << 24) >> 24) * other[k];
      const mirror = (this.grain - k) % this.grain;
      left[mirror] = (a + d) * scale;
      right[mirror] = (c - b) * scale;
      left[k] = (a - d) * scale;
      right[k] = (b + c) * scale;
      if (k % 4096 === 4095) yield;
    }
    yield* inverse(left, right);
    if (this.narrowing) narrow(left, right, this.narrowing);
  }
}

/** Bring the ears together. */
function narrow(left, right, narrowing) {
  for (let i = 0; i < left.length; i++) {
    const given = (left[i] - right[i]) * narrowing;
    left[i] -= given;
    right[i] += given;
  }
}

/** Noise whose spectrum stands still; `power` tells it. */
export class Fixed extends Spectral {
  *shape() {
    for (let ear = 0; ear < 2; ear++) {
      const power = this.power(ear);
      yield;
      const sum = power.reduce((total, one) => total + one, 0);
      const scale = this.unit / Math.sqrt(sum);
      for (let k = 0; k < this.bins; k++) this.magnitudes[ear][k] = scale * Math.sqrt(power[k]);
    }
  }

  *spectrum() {}

  *rms() {
    return Math.sqrt(this.kept());
  }
}

/** Noise whose spectrum moves: `levels` tells the RMS of a few bands at each moment. */
export class Bands extends Spectral {
  static OCTAVES_HZ = [30, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 15_000];

  constructor(bed, { bands = Bands.OCTAVES_HZ, ...common }) {
    super(bed, common);
    this.bandsHz = bands;
    this.now = [new Float64Array(bands.length), new Float64Array(bands.length)];
  }

  /** Each bin lies between two bands, and takes some of either. */
  *shape() {
    const middles = this.bandsHz.map(Math.log);
    const count = middles.length;
    const knots = [2 * middles[0] - middles[1], ...middles, 2 * middles.at(-1) - middles.at(-2)];
    this.below = new Uint8Array(this.bins);
    this.shares = [new Float64Array(this.bins), new Float64Array(this.bins)];
    const norms = new Float64Array(count + 2);
    for (let k = 0, n = 0; k < this.bins; k++) {
      const here = Math.log(Math.max((k * this.rate) / this.grain, 1e-3));
      while (n < count && knots[n + 1] <= here) n++;
      const part = (here - knots[n]) / (knots[n + 1] - knots[n]);
      this.below[k] = n;
      this.shares[0][k] = part < 0 || part > 1 ? 0 : 1 - part;
      this.shares[1][k] = part < 0 || part > 1 ? 0 : part;
      norms[n] += this.shares[0][k] ** 2;
      norms[n + 1] += this.shares[1][k] ** 2;
    }
    this.overlaps = new Float64Array(count - 1);
    for (let k = 0; k < this.bins; k++) {
      const n = this.below[k];
      this.shares[0][k] /= n > 0 ? Math.sqrt(norms[n]) : Infinity;
      this.shares[1][k] /= n < count ? Math.sqrt(norms[n + 1]) : Infinity;
      if (n > 0 && n < count) this.overlaps[n - 1] += this.shares[0][k] * this.shares[1][k];
    }
    yield;
  }

  *spectrum(number) {
    this.levels((number * this.step + this.grain / 2) / this.rate, this.now);
    for (let ear = 0; ear < 2; ear++) {
      const levels = this.now[ear];
      const magnitudes = this.magnitudes[ear];
      for (let k = 0; k < this.bins; k++) {
        const n = this.below[k];
        const low = n > 0 ? levels[n - 1] * this.shares[0][k] : 0;
        const high = n < levels.length ? levels[n] * this.shares[1][k] : 0;
        magnitudes[k] = this.unit * (low + high);
      }
    }
    yield;
  }

  *rms() {
    let power = 0;
    for (const [n, time] of MOMENTS_S.entries()) {
      this.levels(time, this.now);
      for (const levels of this.now) {
        for (let b = 0; b < levels.length; b++) {
          power += levels[b] ** 2 + 2 * (this.overlaps[b] ?? 0) * levels[b] * (levels[b + 1] ?? 0);
        }
      }
      if (n % MOMENTS_A_STEP === 0) yield;
    }
    return Math.sqrt((power / 2 / MOMENTS_S.length) * this.kept());
  }
}
