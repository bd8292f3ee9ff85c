// Wind: gusts that swell and turn, brighter the harder they blow: `audio/beds/wind.py`.

import { Bands } from "./spectral.js";

// To 16 kHz, a third of an octave apart.
const OCTAVES = Array.from({ length: 27 }, (_, n) => Math.log2(40) + n / 3);

export class Wind extends Bands {
  constructor(bed, common) {
    super(bed, { ...common, name: "WindLayer", bands: OCTAVES.map((octave) => 2 ** octave) });
  }

  /** The ears hear the same gusts a moment apart, and each its own eddies. */
  levels(time, out) {
    this.#ear(time, 0, out[0]);
    this.#ear(time - 0.4, 1, out[1]);
  }

  #ear(time, ear, out) {
    const force = this.#force(time, ear);
    // Edges and branches whistle at a pitch that follows the force.
    const wander = 2 * this.drift(2 + ear, time, 3.1) - 1;
    const pitch = Math.log2(380) + 1.3 * (force - 0.4) + 0.3 * wander;
    const blow = 2 ** (5 * this.bed.gusts * (force - 0.6));
    for (let b = 0; b < OCTAVES.length; b++) {
      // The body of the wind lies around 200 Hz and falls off above; force lifts the fall.
      const body = 2 ** (-Math.abs(OCTAVES[b] - Math.log2(200)) * (1.5 - 0.6 * force));
      const whistle = Math.exp(-(((OCTAVES[b] - pitch) / 0.22) ** 2)) * 0.9 * force;
      out[b] = blow * (body + whistle);
    }
  }

  /** How hard it blows, 0…1: long gusts, shorter ones in them, and eddies at each ear. */
  #force(time, ear) {
    const gusts = 0.55 * this.drift(0, time, 11) + 0.3 * this.drift(1, time, 3.7);
    return gusts + 0.15 * this.drift(4 + ear, time, 0.7);
  }
}
