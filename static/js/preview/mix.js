// The sum of a track's layers, block after block, and how it follows a recipe that changes:
// `audio/mix.py` and `audio/fades.py`.

import { BeatLayer, Gate } from "./beats.js";
import { BEDS } from "./beds/index.js";
import { Glide } from "./curves.js";
import { Ducking } from "./duck.js";
import { BeatSlot, BedSlot } from "./slots.js";
import { SpokenLines } from "./speech.js";

// No block is longer.
const MOST_FRAMES = 1024;

const twoEars = () => [new Float64Array(MOST_FRAMES), new Float64Array(MOST_FRAMES)];

export class Mix {
  constructor(rate) {
    this.rate = rate;
    this.frame = 0;
    this.total = 0;
    this.beats = [];
    this.beds = [];
    // What sounds still, but will not for long.
    this.oldBeats = [];
    this.oldBeds = [];
    this.gates = [];
    this.ducking = new Ducking();
    this.speech = new SpokenLines(rate);
    this.gain = 1;
    this.glide = new Glide();
    this.under = twoEars();
    this.alone = twoEars();
  }

  get time() {
    return this.frame / this.rate;
  }

  get isOver() {
    return this.frame >= this.total;
  }

  /** Sound like `spec` from `from_s` seconds on; everything is ready when this returns. */
  start(spec, { from_s = 0, marks = [], gain = 1 }) {
    this.frame = Math.round(from_s * this.rate);
    this.beds = this.beds.filter((slot) => slot.isReady);
    this.beats = [];
    this.gates = [];
    this.later = null;
    this.#takeTrack(spec);
    this.#takeBeats(spec, 1);
    this.#takeGates(spec);
    this.#takeBeds(spec, 1);
    this.oldBeds = [];
    this.oldBeats = [];
    for (const slot of this.beds) {
      if (slot.isReady) slot.seek(this.frame);
      slot.prepare(this.frame, Infinity);
    }
    this.ducking.take(marks, spec.speech);
    this.speech.take(spec.speech, marks);
    this.gain = gain;
    this.glide.stop();
  }

  /** Sound like `spec` from here on: what only moves goes on, what is new fades in. */
  update(spec, { marks = [], gain = 1 }) {
    this.glide.from(this.gain + this.glide.at(this.time), gain, this.time);
    this.gain = gain;
    this.#takeTrack(spec);
    this.#takeBeats(spec, 0);
    this.#takeGates(spec, { softly: true });
    // One swap of beds after the other.
    if (this.beds.every((slot) => slot.isReady)) this.#takeBeds(spec, 0);
    else this.later = spec;
    this.ducking.follow(marks, spec.speech, this.time);
    this.speech.follow(spec.speech, marks, this.time);
  }

  /** Write `frames` samples to `ears`, and go on by as many. */
  process(ears, frames) {
    const start = this.time;
    const stop = (this.frame + frames) / this.rate;
    for (const ear of ears) ear.fill(0, 0, frames);
    for (const ear of this.under) ear.fill(0, 0, frames);
    this.#prepareBeds();
    for (const slot of this.oldBeds) this.#addBed(slot, frames, start, stop);
    for (const slot of this.beds) if (slot.isReady) this.#addBed(slot, frames, start, stop);
    scale(this.under, frames, this.ducking.at(start), this.ducking.at(stop));
    add(ears, this.under, frames);
    for (const slot of this.oldBeats) slot.add(ears, frames, start, stop);
    for (const slot of this.beats) slot.add(ears, frames, start, stop);
    this.speech.add(ears, frames, start, stop);
    scale(ears, frames, this.#gainAt(start), this.#gainAt(stop));
    this.frame += frames;
    this.#forget();
  }

  #takeTrack(spec) {
    this.total = Math.round(spec.duration_s * this.rate);
    this.fadeIn = spec.fade_in_s;
    this.fadeOut = spec.fade_out_s;
  }

  #takeBeats(spec, weight) {
    const was = this.beats;
    this.beats = spec.beats
      .filter((beat) => beat.kind !== "embedded")
      .map((beat, n) => {
        if (!was[n]?.layer.resembles(beat)) {
          return new BeatSlot(new BeatLayer(beat, this.rate), weight);
        }
        was[n].layer.follow(beat, this.time);
        return was[n];
      });
    for (const slot of this.beats) slot.fader.goal = 1;
    for (const slot of was.filter((one) => !this.beats.includes(one))) {
      slot.fader.goal = 0;
      this.oldBeats.push(slot);
    }
  }

  #takeGates(spec, { softly = false } = {}) {
    const was = this.gates;
    const embedded = spec.beats.filter((beat) => beat.kind === "embedded");
    this.gates = embedded.map((beat, n) => {
      const known = was[n]?.beat.bed === beat.bed ? was[n] : null;
      const gate = known ?? new Gate(softly ? { ...beat, depth: 0 } : beat);
      if (known || softly) gate.follow(beat, this.time);
      return gate;
    });
    for (const gate of was.filter((one) => !this.gates.includes(one))) {
      if (gate.isOpen(this.time)) continue;
      gate.follow({ ...gate.beat, depth: 0 }, this.time);
      this.gates.push(gate);
    }
    this.#assignGates();
  }

  #takeBeds(spec, weight) {
    const known = [...this.beds, ...this.oldBeds];
    this.beds = spec.beds.flatMap((bed, number) => {
      if (!BEDS[bed.kind]) return [];
      const shape = JSON.stringify([spec.seed, { ...bed, level_db: null }]);
      const at = known.findIndex((slot) => slot.shape === shape);
      const slot =
        at >= 0 ? known.splice(at, 1)[0] : this.#newBed(bed, { shape, seed: spec.seed, weight });
      if (at >= 0) slot.follow(bed.level_db, this.time);
      slot.number = number;
      return [slot];
    });
    this.oldBeds = known;
    this.#assignGates();
  }

  #newBed(bed, { shape, seed, weight }) {
    const layer = new BEDS[bed.kind](bed, { seed, rate: this.rate });
    return new BedSlot(layer, { shape, level_db: bed.level_db, rate: this.rate, weight });
  }

  #assignGates() {
    for (const slot of this.beds) {
      slot.gates = this.gates.filter(({ beat }) => beat.bed === null || beat.bed === slot.number);
    }
  }

  /** Go on preparing; once all are there, the new beds come and the old ones go. */
  #prepareBeds() {
    let waiting = false;
    for (const slot of this.beds) {
      slot.prepare(this.frame);
      waiting ||= !slot.isReady;
    }
    if (waiting) return;
    if (this.later) {
      const spec = this.later;
      this.later = null;
      this.#takeBeds(spec, 0);
      return;
    }
    for (const slot of this.beds) slot.fader.goal = 1;
    for (const slot of this.oldBeds) slot.fader.goal = 0;
  }

  #addBed(slot, frames, start, stop) {
    if (!slot.gates.length) {
      slot.add(this.under, frames, this.frame);
      return;
    }
    for (const ear of this.alone) ear.fill(0, 0, frames);
    slot.add(this.alone, frames, this.frame);
    for (const gate of slot.gates) {
      const gains = gate.gains(frames, start, stop);
      for (const ear of this.alone) {
        for (let i = 0; i < frames; i++) ear[i] *= gains[i];
      }
    }
    add(this.under, this.alone, frames);
  }

  /** Gain of the whole, with the rise at the start of the track and the fall at its end. */
  #gainAt(time) {
    const left = (this.total - 1) / this.rate - time;
    const share = Math.min(1, Math.max(0, Math.min(time / this.fadeIn, left / this.fadeOut)));
    return (this.gain + this.glide.at(time)) * Math.sin((Math.PI / 2) * share) ** 2;
  }

  /** Let go of what has faded out. */
  #forget() {
    if (this.oldBeats.some(isOut)) this.oldBeats = this.oldBeats.filter((slot) => !isOut(slot));
    if (this.oldBeds.some(isOut)) this.oldBeds = this.oldBeds.filter((slot) => !isOut(slot));
    if (this.gates.some((gate) => gate.isOpen(this.time))) {
      this.gates = this.gates.filter((gate) => !gate.isOpen(this.time));
      this.#assignGates();
    }
  }
}

const isOut = (slot) => slot.fader.isOut;

function add(ears, others, frames) {
  for (let ear = 0; ear < 2; ear++) {
    for (let i = 0; i < frames; i++) ears[ear][i] += others[ear][i];
  }
}

/** Multiply by a gain that goes from `before` to `after`. */
function scale(ears, frames, before, after) {
  if (before === 1 && after === 1) return;
  const step = (after - before) / frames;
  for (const ear of ears) for (let i = 0; i < frames; i++) ear[i] *= before + step * i;
}
