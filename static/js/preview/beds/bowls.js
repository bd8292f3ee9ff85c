// Singing bowls: struck softly, they ring for most of a minute: `audio/beds/bowls.py`.

import { Movement } from "../curves.js";
import { Bed } from "./bed.js";

// Partials of a bronze bowl: frequency over that of the lowest, amplitude, the time in which it
// falls to 1/e at a lowest partial of 220 Hz, and how often a second its two halves beat.
const PARTIALS = [
  [1, 1, 7, 0.45],
  [2.78, 0.55, 4.5, 0.9],
  [5.18, 0.28, 2.4, 1.7],
  [8.16, 0.12, 1.3, 2.6],
  [11.66, 0.05, 0.7, 3.4],
];
// Three bowls: each pitch over that of the first, and its place from left (0) to right (1).
const BOWLS = [
  [1, 0.5],
  [1.5, 0.25],
  [2, 0.72],
];
const RINGING_S = 45;
const FIRST_S = 3;
const LEVELLED_S = 10;
const MALLET_S = 0.012;
const HIGHEST_HZ = 18_000;
// Mean square of the force of a stroke, which is 0.6 to 1.
const FORCE_SQUARE = 0.36 + 0.24 + 0.16 / 3;

export class Bowls extends Bed {
  constructor(bed, common) {
    super(bed, { ...common, name: "BowlsLayer" });
    this.stray = bed.strikes === "random" ? 0.4 : 0;
    this.pitch = new Movement(bed.pitch_hz);
    this.strikes = new Map();
  }

  *prepare() {
    const pitches = this.pitch.frames.map((frame) => frame.value);
    const energies = pitches.flatMap((hz) => BOWLS.map((bowl) => this.#energy(this.#bowl(hz, bowl))));
    const energy = energies.reduce((sum, one) => sum + one, 0) / energies.length;
    const ringing = Math.min(this.bed.interval_s, LEVELLED_S);
    this.gain = 1 / Math.sqrt((energy * FORCE_SQUARE) / ringing);
  }

  *seek() {}

  add(ears, frames, frame, before, after) {
    const { interval_s } = this.bed;
    const [start, stop] = [frame / this.rate, (frame + frames) / this.rate];
    const first = Math.max(0, Math.floor((start - RINGING_S) / interval_s) - 1);
    for (let number = first; number <= stop / interval_s + 1; number++) {
      const strike = this.#strike(number);
      if (strike.begins >= frame + frames || strike.begins + RINGING_S * this.rate <= frame) continue;
      this.#ring(strike, ears, frames, frame, before, (after - before) / frames);
    }
  }

  /** When a stroke falls (frame), on a bowl of what pitch and place, and how hard. */
  #strike(number) {
    if (!this.strikes.has(number)) {
      if (this.strikes.size > 100) this.strikes.clear();
      const early = this.stray * (2 * this.chance(0, number) - 1);
      const { interval_s } = this.bed;
      const first = Math.min(FIRST_S, 0.1 * interval_s);
      const time = Math.max(0, first + (number + early) * interval_s);
      const which = BOWLS[Math.floor(this.chance(1, number) * BOWLS.length)];
      const force = 0.6 + 0.4 * this.chance(2, number);
      const bowl = this.#bowl(this.pitch.at(time), which);
      this.strikes.set(number, { begins: Math.round(time * this.rate), bowl, force });
    }
    return this.strikes.get(number);
  }

  #bowl(pitch, [ratio, place]) {
    const lowest = pitch * ratio;
    const sides = [Math.cos((Math.PI / 2) * place), Math.sin((Math.PI / 2) * place)];
    const partials = PARTIALS.filter(([ratio]) => lowest * ratio <= HIGHEST_HZ);
    return {
      sides,
      partials: partials.map(([ratio, height, decay, beat]) => {
        const falls = decay * Math.sqrt(220 / lowest);
        return { hz: lowest * ratio, height, falls, beat, ends: Math.min(10 * falls, RINGING_S) };
      }),
    };
  }

  #ring({ begins, bowl, force }, ears, frames, frame, before, step) {
    const from = Math.max(0, begins - frame);
    const since = (frame + from - begins) / this.rate;
    const left = new Float64Array(frames);
    const right = new Float64Array(frames);
    for (const partial of bowl.partials) {
      if (since < partial.ends) addPartial(left, right, partial, { from, since, rate: this.rate });
    }
    for (let i = from; i < frames; i++) {
      const time = (frame + i - begins) / this.rate;
      let gain = this.gain * force * (before + step * i);
      if (time < MALLET_S) gain *= Math.sin(((Math.PI / 2) * time) / MALLET_S) ** 2;
      if (time > RINGING_S - 1) gain *= Math.max(0, RINGING_S - time);
      const [one, other] = [left[i] * bowl.sides[0], right[i] * bowl.sides[1]];
      const given = (one - other) * this.narrowing;
      ears[0][i] += gain * (one - given);
      ears[1][i] += gain * (other + given);
    }
  }

  /** Mean energy of the two ears of one stroke, in closed form. */
  #energy({ sides, partials }) {
    const [left, right] = sides;
    const n = this.narrowing;
    const kept = (1 - n) ** 2 + n ** 2;
    return partials.reduce((sum, { height, falls, beat }) => {
      const [damping, turn] = [2 / falls, 2 * Math.PI * beat];
      const alone = falls / 4;
      // How much the two halves of the partial have in common, in step and a quarter behind.
      const inStep = (0.5 * damping) / (damping ** 2 + turn ** 2);
      const behind = (-0.5 * turn) / (damping ** 2 + turn ** 2);
      const one = left ** 2 * (1.25 * alone + inStep);
      const other = right ** 2 * (1.25 * alone + behind);
      const common = left * right * (alone + 0.5 * inStep + 0.5 * behind);
      return sum + height ** 2 * ((kept * (one + other)) / 2 + 2 * n * (1 - n) * common);
    }, 0);
  }
}

/** A pair of dying tones a little apart: in step in the left ear, a quarter behind in the right. */
function addPartial(left, right, { hz, height, falls, beat }, { from, since, rate }) {
  const lower = dying(hz - beat / 2, falls, since, rate);
  const upper = dying(hz + beat / 2, falls, since, rate);
  for (let i = from; i < left.length; i++) {
    left[i] += height * (lower.y + 0.5 * upper.y);
    right[i] += height * (lower.y + 0.5 * upper.x);
    turn(lower);
    turn(upper);
  }
}

/** A turning pointer that gets shorter, `since` seconds after it began. */
function dying(hz, falls, since, rate) {
  const length = Math.exp(-since / falls);
  const angle = 2 * Math.PI * hz * since;
  const shrink = Math.exp(-1 / falls / rate);
  const step = (2 * Math.PI * hz) / rate;
  return {
    x: length * Math.cos(angle),
    y: length * Math.sin(angle),
    c: shrink * Math.cos(step),
    s: shrink * Math.sin(step),
  };
}

function turn(pointer) {
  const { x, y, c, s } = pointer;
  pointer.x = x * c - y * s;
  pointer.y = x * s + y * c;
}
