// A brook: bubbles that ring as they rise, over the babble of the water: `audio/beds/stream.py`.

import { Drops } from "./drops.js";

//            30    60    120   250   500  1000 2000 4000  8000 15000 Hz
const WATER = [0.03, 0.06, 0.12, 0.28, 0.5, 0.6, 0.5, 0.36, 0.2, 0.07];

export class Stream extends Drops {
  constructor(bed, common) {
    super(bed, { ...common, name: "StreamLayer" });
  }

  levels(time, out) {
    for (let ear = 0; ear < 2; ear++) {
      for (let b = 0; b < WATER.length; b++) {
        const babble = 0.5 + this.drift(b, time - 50 * ear, 0.9 * 0.82 ** b);
        out[ear][b] = babble ** 1.5 * WATER[b];
      }
    }
  }

  events(time) {
    const { flow } = this.bed;
    const gurgle = 0.4 + 1.2 * this.drift(15, time, 1.3);
    return { aSecond: 45 * 3 ** flow * gurgle, rms: (1.3 - 0.6 * flow) * Math.sqrt(gurgle) };
  }

  /** A bubble: pitch, damping and the rise of its pitch after van den Doel (2005). */
  event(sound, bits) {
    const hz = 320 * 8 ** bits.uniform();
    const rise = bits.uniform();
    const damping = 0.043 * hz + 0.0014 * hz ** 1.5;
    for (let i = 0; i < sound.length; i++) {
      const time = i / this.rate;
      const phase = 2 * Math.PI * hz * time * (1 + (0.15 * rise * damping * time) / 2);
      sound[i] = Math.sin(phase) * Math.exp(-damping * time) * Math.min(1, time * hz);
    }
  }
}
