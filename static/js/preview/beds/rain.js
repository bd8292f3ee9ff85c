// Rain: near drops, each a tick and the ring of its bubble, over the wash: `audio/beds/rain.py`.

import { Drops } from "./drops.js";

//           30    60    120   250   500   1000  2000  4000  8000  15000 Hz
const WASH = [0.04, 0.07, 0.12, 0.2, 0.36, 0.55, 0.75, 0.8, 0.6, 0.28];
// A tick is noise smoothed over so many samples.
const SMOOTH = Float64Array.from({ length: 9 }, (_, n) => (1 - Math.cos((Math.PI / 4) * n)) / 2);

export class Rain extends Drops {
  constructor(bed, common) {
    super(bed, { ...common, name: "RainLayer", longest_s: 0.04 });
  }

  levels(time, out) {
    for (let ear = 0; ear < 2; ear++) {
      const moving = 0.7 + 0.6 * this.drift(ear, time, 5);
      for (let b = 0; b < WASH.length; b++) out[ear][b] = moving * WASH[b];
    }
  }

  events() {
    const { intensity } = this.bed;
    return { aSecond: 25 * 4 ** intensity, rms: 0.9 - 0.4 * intensity };
  }

  event(sound, bits) {
    const [pitch, ringing, delay, wetness] = [0, 1, 2, 3].map(() => bits.uniform());
    const noise = Float64Array.from(sound, () => bits.uniform() - 0.5);
    const bubbleHz = 1200 * 5 ** pitch;
    const decay = 0.002 + 0.008 * ringing ** 2;
    for (let i = 0; i < sound.length; i++) {
      const time = i / this.rate;
      let splash = 0;
      for (let n = 0; n < SMOOTH.length; n++) splash += SMOOTH[n] * (noise[i + 4 - n] ?? 0);
      const tick = splash * Math.exp(-time / 0.0015) * Math.min(1, time / 0.0004);
      const since = Math.max(0, time - 0.002 - 0.008 * delay);
      const bubble = Math.sin(2 * Math.PI * bubbleHz * since) * Math.exp(-since / decay);
      sound[i] = tick + wetness * bubble;
    }
  }
}
