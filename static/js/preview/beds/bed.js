// What all beds share: chance that follows from the seed, and how near the ears are to each other:
// `audio/beds/layer.py`.

import { Bits, chance, drift, keysOf } from "../chance.js";

// The engine's stream for everything random in a bed.
const NOISE_STREAM = 1;

export class Bed {
  /** `name` is that of the engine's class: its checksum is part of the seed. */
  constructor(bed, { seed, rate, name }) {
    this.bed = bed;
    this.rate = rate;
    this.keys = keysOf([seed, bed.seed], [NOISE_STREAM, crc32(name), 0], 16);
    this.narrowing = (1 - bed.width) / 2;
  }

  chance(which, index) {
    return chance(this.keys[which], index);
  }

  drift(which, time, periodS) {
    return drift(this.keys[which], time, periodS);
  }

  /** Random bits of this bed for one use and one number of it. */
  bits(use, number) {
    return new Bits(chance(this.keys[15] ^ (BigInt(use + 1) << 32n), number));
  }

  /** Part of the power that the narrowing leaves of ears with this correlation. */
  kept(likeness = 0) {
    const n = this.narrowing;
    return (1 - n) ** 2 + n ** 2 + 2 * n * (1 - n) * likeness;
  }
}

function crc32(text) {
  let crc = -1;
  for (const char of text) {
    crc ^= char.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
