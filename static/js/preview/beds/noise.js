// Noise of five colours: `audio/beds/noise.py`.

import { Fixed } from "./spectral.js";

// Power rises by this exponent of frequency: 3.01 dB an octave for each 1.
const EXPONENTS = { white: 0, pink: -1, brown: -2, blue: 1, violet: 2 };
const HOLD_BACK_HZ = 13;

export class Noise extends Fixed {
  constructor(bed, common) {
    super(bed, { ...common, name: "NoiseLayer", grain: 8192 });
  }

  power() {
    const power = new Float64Array(this.bins);
    const bin = this.rate / this.grain;
    for (let k = 1; k < this.bins; k++) {
      const heldBack = ((k * bin) / HOLD_BACK_HZ) ** 4;
      power[k] = ((k * bin) ** EXPONENTS[this.bed.colour] * heldBack) / (1 + heldBack);
    }
    return power;
  }
}
