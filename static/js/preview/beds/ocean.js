// Waves on a shore: each swells, breaks somewhere, and runs out in foam: `audio/beds/ocean.py`.

import { Movement } from "../curves.js";
import { Bands } from "./spectral.js";

// Of each band of a breaking wave: the RMS at its height, when it peaks after the wave breaks, and
// how long it takes to die away, in seconds for waves 9 s apart.
//             30    60    120   250   500   1000  2000  4000  8000   15000 Hz
const HEIGHT = [0.22, 0.45, 0.75, 1, 1, 0.95, 0.85, 0.7, 0.5, 0.22];
const PEAK_S = [-1, -0.8, -0.5, -0.2, 0, 0.1, 0.3, 0.5, 0.7, 0.8];
const FALL_S = [1.2, 1.2, 1.1, 1.1, 1.2, 1.4, 1.8, 2.3, 2.8, 2.6];
const RISE_S = 0.55;
// The sea far out, which never stops.
const FAR = [0.03, 0.05, 0.06, 0.06, 0.05, 0.04, 0.03, 0.02, 0.011, 0.004];
// Waves still or already heard, counted from the latest.
const NEIGHBOURS = [-2, -1, 0, 1, 2];

export class Ocean extends Bands {
  constructor(bed, common) {
    super(bed, { ...common, name: "OceanLayer" });
    this.depth = new Movement(bed.depth);
    this.waves = new Map();
  }

  levels(time, out) {
    const latest = Math.floor(time / this.bed.period_s);
    const calm = 0.8 + 6 * (1 - this.depth.at(time)) + 0.4 * this.drift(0, time, 7);
    for (const ear of out) for (let b = 0; b < ear.length; b++) ear[b] = (calm * FAR[b]) ** 2;
    for (const n of NEIGHBOURS) this.#addWave(this.#wave(latest + n), time, out);
    for (const ear of out) for (let b = 0; b < ear.length; b++) ear[b] = Math.sqrt(ear[b]);
  }

  #addWave({ breaks, size, pace, place, travel }, time, out) {
    const since = (time - breaks) / pace;
    // The foam runs along the beach while it dies.
    const pan = place + travel * Math.min(1, Math.max(0, since / 8));
    const angle = (Math.PI / 4) * (1 + pan);
    for (let b = 0; b < HEIGHT.length; b++) {
      const after = since - PEAK_S[b];
      const shape = Math.exp(-after / RISE_S) + Math.exp(after / FALL_S[b]);
      const power = ((size * HEIGHT[b]) / shape) ** 2;
      out[0][b] += Math.cos(angle) ** 2 * power;
      out[1][b] += Math.sin(angle) ** 2 * power;
    }
  }

  /** No two waves come in the same time, are of the same size, or break in the same place. */
  #wave(number) {
    if (this.waves.has(number)) return this.waves.get(number);
    const period = this.bed.period_s;
    const breaks = (number + 0.7 * this.chance(1, number)) * period;
    // The sea has great and small waves in turn, as swells from afar meet.
    const swell = this.drift(2, breaks, 6 * period);
    const place = 1.6 * this.chance(5, number) - 0.8;
    const wave = {
      breaks,
      size: (0.35 + 0.65 * this.chance(3, number)) * (0.5 + swell),
      pace: ((0.8 + 0.5 * this.chance(4, number)) * period) / 9,
      place,
      travel: 1.6 * this.chance(6, number) - 0.8 - place,
    };
    if (this.waves.size > 100) this.waves.clear();
    this.waves.set(number, wave);
    return wave;
  }
}
