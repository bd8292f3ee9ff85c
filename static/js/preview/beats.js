// Binaural, monaural and isochronic tones, and the gate of the embedded pulse: `audio/tones.py`.

import { Glide, Movement, Phase } from "./curves.js";
import { Balance } from "./levels.js";
import { tableOf, waveAt } from "./waves.js";

// How much of the beat each tone is above the carrier.
const OFFSETS = { binaural: [0.5, -0.5], monaural: [0.5, -0.5], isochronic: [0] };

/** A beat of any kind but embedded. */
export class BeatLayer {
  constructor(beat, rate) {
    this.beat = beat;
    this.rate = rate;
    this.table = this.#table();
    this.phases = OFFSETS[beat.kind].map((n) => new Phase(partsOf(beat, n)));
    this.gate = beat.kind === "isochronic" ? new Gate(beat) : null;
    this.balance = new Balance(beat);
    this.tones = this.phases.map(() => new Float64Array(1024));
  }

  /** Whether `beat` differs in nothing that would need another layer. */
  resembles(beat) {
    return beat.kind === this.beat.kind && beat.wave === this.beat.wave;
  }

  /** Sound like `beat` from `time` on; the phases go on from where they are. */
  follow(beat, time) {
    this.beat = beat;
    this.table = this.#table();
    this.phases.forEach((phase, n) => phase.follow(partsOf(beat, OFFSETS[beat.kind][n]), time));
    this.gate?.follow(beat, time);
    this.balance.follow(beat, time);
  }

  /** Add `frames` samples from `start` to `stop` in seconds to `ears`, from `gain[0]` to `gain[1]`. */
  add(ears, frames, start, stop, gain) {
    this.tones.forEach((tone, n) => {
      this.phases[n].fill(tone, frames, start, stop);
      for (let i = 0; i < frames; i++) tone[i] = waveAt(this.table, tone[i]);
    });
    const gates = this.gate?.gains(frames, start, stop);
    const both = this.beat.kind === "monaural";
    const before = this.balance.at(start).map((side) => side * gain[0]);
    const after = this.balance.at(stop).map((side) => side * gain[1]);
    for (let ear = 0; ear < 2; ear++) {
      const tone = this.tones[ear % this.tones.length];
      const step = (after[ear] - before[ear]) / frames;
      for (let i = 0; i < frames; i++) {
        const wave = both ? (this.tones[0][i] + this.tones[1][i]) / 2 : tone[i];
        ears[ear][i] += wave * (before[ear] + step * i) * (gates ? gates[i] : 1);
      }
    }
  }

  #table() {
    const { wave, carrier_hz, beat_hz } = this.beat;
    const highest = new Movement(carrier_hz).highest + new Movement(beat_hz).highest / 2;
    return tableOf(wave, highest, this.rate);
  }
}

const partsOf = ({ carrier_hz, beat_hz }, weight) => [
  [1, carrier_hz],
  [weight, beat_hz],
];

/** The gain 0…1 by which an isochronic or embedded beat switches a sound on and off. */
export class Gate {
  static MOVING = ["duty", "depth", "attack", "release"];

  constructor(beat) {
    this.phase = new Phase([[1, beat.beat_hz]]);
    this.glides = Gate.MOVING.map(() => new Glide());
    this.#take(beat);
    this.out = new Float64Array(1024);
  }

  /** Switch as `beat` does from `time` on, without a jump. */
  follow(beat, time) {
    this.phase.follow([[1, beat.beat_hz]], time);
    const was = this.#at(time);
    this.#take(beat);
    for (const glide of this.glides) glide.stop();
    const is = this.#at(time);
    this.glides.forEach((glide, n) => glide.from(was[n], is[n], time));
  }

  /** Whether it lets everything through from `time` on. */
  isOpen(time) {
    return this.beat.depth === 0 && Math.abs(this.glides[1].at(time)) < 1e-6;
  }

  /** The gain at each of `frames` samples; the memory is used again by the next call. */
  gains(frames, start, stop) {
    const { out } = this;
    this.phase.fill(out, frames, start, stop);
    const [duty, depth, attack, release] = this.#at(start);
    const after = this.#at(stop);
    const dutyStep = (after[0] - duty) / frames;
    const depthStep = (after[1] - depth) / frames;
    const [moving] = this.values;
    for (let i = 0; i < frames; i++) {
      const passed = out[i] - Math.floor(out[i]);
      let on = duty + dutyStep * i;
      if (moving.moves) {
        // A pulse lasts as long as it was to when it began.
        const time = start + ((stop - start) * i) / frames;
        on += moving.at(time - passed / this.hz.at(time)) - moving.at(time);
      }
      const edge = Math.min(passed / (on * attack), (on - passed) / (on * release));
      const open = Math.sin((Math.PI / 2) * Math.min(1, Math.max(0, edge))) ** 2;
      out[i] = 1 - (depth + depthStep * i) * (1 - open);
    }
    return out;
  }

  #at(time) {
    return this.values.map((value, n) => value.at(time) + this.glides[n].at(time));
  }

  #take(beat) {
    this.beat = beat;
    this.hz = new Movement(beat.beat_hz);
    this.values = Gate.MOVING.map((name) => new Movement(beat[name], { soft: true }));
  }
}
