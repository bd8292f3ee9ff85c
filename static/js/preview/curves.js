// Values that move: keyframes in time, the curve from each to the next, and the phase they make.
// The formulas are those of the engine's `audio/curves.py`.

// A level that jumps would click, so a step of it takes this long.
const SOFT_STEP_S = 0.01;

/** A number, or keyframes `[time_s, value, curve]`, as a list of `{at, value, curve}`. */
function keyframesOf(value) {
  if (!Array.isArray(value)) return [{ at: 0, value, curve: "step" }];
  return value.map(([at, value, curve = "linear"]) => ({ at, value, curve }));
}

/** Take each step in the last 10 ms before it, smoothly. */
function softened(frames) {
  return frames.flatMap((here, n) => {
    const there = frames[n + 1];
    if (here.curve !== "step" || !there) return [here];
    const leaves = Math.max(here.at, there.at - SOFT_STEP_S);
    const step = { at: leaves, value: here.value, curve: "smooth" };
    return leaves > here.at ? [here, step] : [step];
  });
}

/** A value over time; before its first keyframe and after its last it stands still. */
export class Movement {
  /** `soft`: for levels, whose steps must not click. */
  constructor(value, { soft = false } = {}) {
    this.frames = soft ? softened(keyframesOf(value)) : keyframesOf(value);
    this.highest = Math.max(...this.frames.map((frame) => frame.value));
    this.before = [this.frames[0].value * this.frames[0].at];
    for (let n = 0; n + 1 < this.frames.length; n++) {
      this.before.push(this.before[n] + this.#within(n, this.frames[n + 1].at));
    }
    this.n = 0;
  }

  get moves() {
    return this.frames.length > 1;
  }

  /** The value at `time` in seconds. */
  at(time) {
    const n = this.#find(time);
    if (n < 0) return this.frames[0].value;
    const here = this.frames[n];
    const there = this.frames[n + 1];
    if (!there || here.curve === "step") return here.value;
    const done = (time - here.at) / (there.at - here.at);
    if (here.curve === "exponential") return here.value * (there.value / here.value) ** done;
    const part = here.curve === "smooth" ? done * done * (3 - 2 * done) : done;
    return here.value + (there.value - here.value) * part;
  }

  /** The integral from 0 to `time`, in closed form: cycles, where the value is in Hz. */
  integral(time) {
    const n = this.#find(time);
    if (n < 0) return this.frames[0].value * time;
    return this.before[n] + this.#within(n, time);
  }

  /** The keyframe that `time` comes after; −1 before the first. */
  #find(time) {
    const { frames } = this;
    while (this.n >= 0 && frames[this.n].at > time) this.n--;
    while (this.n + 1 < frames.length && frames[this.n + 1].at <= time) this.n++;
    return this.n;
  }

  #within(n, time) {
    const here = this.frames[n];
    const there = this.frames[n + 1];
    const since = time - here.at;
    if (!there || here.curve === "step") return since * here.value;
    const length = there.at - here.at;
    const rise = there.value - here.value;
    const done = since / length;
    if (here.curve === "linear") return since * (here.value + (rise * done) / 2);
    if (here.curve === "smooth") {
      return since * (here.value + rise * done ** 2 * (1 - done / 2));
    }
    const growth = Math.log(there.value / here.value) / length;
    return growth ? (here.value * Math.expm1(growth * since)) / growth : since * here.value;
  }
}

// How long what follows another course takes to get there.
const GLIDE_S = 0.02;

/** The integral of a sum of moving frequencies: exact at both ends of every block. */
export class Phase {
  /** `parts`: `[weight, value in Hz]`; `shift`: the phase at the start of the track, in cycles. */
  constructor(parts, shift = 0) {
    this.parts = parts.map(([weight, value]) => [weight, new Movement(value)]);
    this.shift = shift;
    this.glide = new Glide();
  }

  /** Cycles since the start of the track. */
  cycles(time) {
    let sum = this.shift + this.glide.integral(time);
    for (const [weight, part] of this.parts) sum += weight * part.integral(time);
    return sum;
  }

  hz(time) {
    let sum = this.glide.at(time);
    for (const [weight, part] of this.parts) sum += weight * part.at(time);
    return sum;
  }

  /** Take other frequencies from `time` on: neither they nor the phase jump. */
  follow(parts, time) {
    const [cycles, hz] = [this.cycles(time), this.hz(time)];
    this.parts = parts.map(([weight, value]) => [weight, new Movement(value)]);
    this.glide.stop();
    this.glide.from(hz, this.hz(time), time);
    this.shift += cycles - this.cycles(time);
    this.shift -= Math.round(this.shift);
  }

  /** Fill `out` with the phases of `frames` samples from `start` to `stop` in seconds. */
  fill(out, frames, start, stop) {
    // A cubic through both ends, with the frequency there as its slope.
    const from = this.cycles(start);
    const rise = this.cycles(stop) - from;
    const slope = this.hz(start) * (stop - start);
    const slopeAfter = this.hz(stop) * (stop - start);
    const square = 3 * rise - 2 * slope - slopeAfter;
    const cube = slope + slopeAfter - 2 * rise;
    const first = from - Math.floor(from);
    for (let i = 0; i < frames; i++) {
      const done = i / frames;
      out[i] = first + done * (slope + done * (square + done * cube));
    }
  }
}

/** What is still missing, for a moment, after a change of course. */
export class Glide {
  constructor() {
    this.stop();
  }

  /** Go on from `was` at `time`, where the new course is at `is`. */
  from(was, is, time) {
    this.residue = was - is;
    this.since = time;
  }

  /** Be there at once. */
  stop() {
    this.residue = this.since = 0;
  }

  /** What is missing at `time`. */
  at(time) {
    if (this.residue === 0) return 0;
    return this.residue * Math.exp((this.since - time) / GLIDE_S);
  }

  /** The integral of what was missing until `time`. */
  integral(time) {
    if (this.residue === 0) return 0;
    return -this.residue * GLIDE_S * Math.expm1((this.since - time) / GLIDE_S);
  }
}
