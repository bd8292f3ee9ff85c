// A fire: crackles in flurries, over a flickering roar and a little hiss: `audio/beds/fire.py`.

import { Drops } from "./drops.js";

//           30   60   120  250  500   1000  2000  4000  8000  15000 Hz
const ROAR = [0.6, 0.9, 0.8, 0.5, 0.26, 0.14, 0, 0, 0, 0];
const HISS = [0, 0, 0, 0, 0, 0.05, 0.09, 0.12, 0.13, 0.06];

export class Fire extends Drops {
  constructor(bed, common) {
    super(bed, { ...common, name: "FireLayer", longest_s: 0.05 });
  }

  levels(time, out) {
    for (let ear = 0; ear < 2; ear++) {
      const flicker = 0.4 * this.drift(0, time, 2.3) + 0.6 * this.drift(1 + ear, time, 0.21);
      const steam = this.drift(3 + ear, time, 1.7);
      for (let b = 0; b < ROAR.length; b++) {
        out[ear][b] = (0.35 + flicker) * ROAR[b] + (0.3 + steam) * HISS[b];
      }
    }
  }

  events(time) {
    const { crackle } = this.bed;
    const flurry = 0.15 + 2.4 * this.drift(5, time, 1.1) ** 2;
    return { aSecond: (4 + 26 * crackle) * flurry, rms: (0.35 + 0.5 * crackle) * Math.sqrt(flurry) };
  }

  /** Wood splits: a burst of noise that rings as its hollow does. */
  event(sound, bits) {
    const [pitch, length, hollow] = [0, 1, 2].map(() => bits.uniform());
    const hz = 500 * 10 ** pitch;
    for (let i = 0; i < sound.length; i++) {
      const time = i / this.rate;
      const burst = (2 * bits.uniform() - 1) * Math.exp(-time / (0.0004 + 0.003 * length ** 3));
      const ring = Math.sin(2 * Math.PI * hz * time) * Math.exp(-time / (0.001 + 0.006 * length));
      sound[i] = burst + hollow * ring;
    }
  }
}
