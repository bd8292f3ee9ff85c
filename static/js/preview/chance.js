// Random numbers that follow from a seed and an index alone, the same as the engine's
// (`audio/beds/chance.py`): so a wave breaks in the preview when it breaks in the track.

const WORD = (x) => BigInt.asUintN(64, x);

/** A number 0…1 for each `index` (whole, also negative); another series a `key`: SplitMix64. */
export function chance(key, index) {
  let mixed = WORD(BigInt(index) * 0x9e3779b97f4a7c15n + key);
  mixed = WORD((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = WORD((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return Number(mixed ^ (mixed >> 31n)) / 2 ** 64;
}

/** A smooth aimless movement 0…1 over `time`: a new random value each `periodS` seconds. */
export function drift(key, time, periodS) {
  const step = Math.floor(time / periodS);
  const part = time / periodS - step;
  const before = chance(key, step);
  return before + (chance(key, step + 1) - before) * part * part * (3 - 2 * part);
}

/** `count` keys of 64 bits, as NumPy's SeedSequence makes them of `entropy` and `spawnKey`. */
export function keysOf(entropy, spawnKey, count) {
  const words = [...entropy];
  while (words.length < 4) words.push(0);
  const pool = mixedPool([...words, ...spawnKey]);
  const state = generated(pool, 2 * count);
  return Array.from({ length: count }, (_, n) =>
    BigInt(state[2 * n]) + (BigInt(state[2 * n + 1]) << 32n),
  );
}

/** O'Neill's seed_seq_fe128: a multiplier that goes on from call to call. */
function hasher(start, multiplier) {
  let constant = start;
  return (value) => {
    let mixed = value ^ constant;
    constant = Math.imul(constant, multiplier) >>> 0;
    mixed = Math.imul(mixed, constant) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}

function mixedPool(words) {
  const hash = hasher(0x43b0d7e5, 0x931e8875);
  const mix = (x, y) => {
    const both = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (both ^ (both >>> 16)) >>> 0;
  };
  const pool = words.slice(0, 4).map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  }
  for (const word of words.slice(4)) {
    for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], hash(word));
  }
  return pool;
}

function generated(pool, count) {
  const hash = hasher(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: count }, (_, n) => hash(pool[n % 4]));
}

/** Fast random whole numbers of 32 bits, for noise: xorshift32. */
export class Bits {
  constructor(seed) {
    this.state = Math.floor(seed * 2 ** 32) | 1;
  }

  next() {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state;
  }

  /** A number 0…1. */
  uniform() {
    return (this.next() >>> 0) / 2 ** 32;
  }
}
