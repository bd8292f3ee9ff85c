// Keeps what is played below full scale, smoothly: looks ahead as `audio/limiter.py` does, but at
// whole blocks, and hands everything on `BLOCKS` blocks later.

const CEILING = 10 ** (-1 / 20);
// About 50 ms each way: even half waves of a 20 Hz tone share one gain.
const BLOCKS = 16;

export class Limiter {
  constructor(frames) {
    this.frames = frames;
    this.waiting = Array.from({ length: BLOCKS }, () => [0, 1].map(() => new Float32Array(frames)));
    this.needs = new Float64Array(2 * BLOCKS).fill(1);
    this.lowest = new Float64Array(BLOCKS).fill(1);
    this.number = 0;
    this.gain = 1;
  }

  /** Replace a block by the one that came `BLOCKS` earlier, turned down as far as needed. */
  process(ears) {
    const late = this.waiting[this.number % BLOCKS];
    let peak = 0;
    for (let ear = 0; ear < 2; ear++) {
      for (let i = 0; i < this.frames; i++) {
        const now = ears[ear][i];
        peak = Math.max(peak, Math.abs(now));
        ears[ear][i] = late[ear][i];
        late[ear][i] = now;
      }
    }
    this.needs[this.number % (2 * BLOCKS)] = Math.min(1, CEILING / peak);
    // The least gain needed around each block, and its mean over as long: smooth, and low enough.
    this.lowest[this.number % BLOCKS] = this.needs.reduce((a, b) => Math.min(a, b));
    this.number += 1;
    const goal = this.lowest.reduce((a, b) => a + b) / BLOCKS;
    this.#turn(ears, goal);
  }

  #turn(ears, goal) {
    const step = (goal - this.gain) / this.frames;
    if (this.gain !== 1 || goal !== 1) {
      for (const ear of ears) for (let i = 0; i < this.frames; i++) ear[i] *= this.gain + step * i;
    }
    this.gain = goal;
  }
}
