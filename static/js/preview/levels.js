// Decibels and places between the ears, as in `audio/levels.py` and `audio/panning.py`.

import { Glide, Movement, Phase } from "./curves.js";

export const amplitudeOf = (db) => 10 ** (db / 20);
export const rmsOf = (db) => amplitudeOf(db) * Math.SQRT1_2;

/** Gains of the two ears for a sound that may grow, wander and turn. */
export class Balance {
  constructor(sound) {
    this.spin = new Phase([[1, sound.spin_hz ?? 0]], -0.25);
    this.glides = [new Glide(), new Glide()];
    this.#take(sound);
    this.gains = [0, 0];
  }

  /** Take another level, place and turning from `time` on, without a jump. */
  follow(sound, time) {
    const was = [...this.at(time)];
    this.#take(sound);
    this.spin.follow([[1, sound.spin_hz ?? 0]], time);
    for (const glide of this.glides) glide.stop();
    const is = this.at(time);
    this.glides.forEach((glide, ear) => glide.from(was[ear], is[ear], time));
  }

  /** The gain of the left and of the right ear at `time`; the same array each time. */
  at(time) {
    const gain = amplitudeOf(this.level.at(time));
    let place = this.pan.at(time);
    if (this.spins) {
      place += (1 - Math.abs(place)) * Math.cos(2 * Math.PI * this.spin.cycles(time));
    }
    this.gains[0] = gain * Math.cos((Math.PI / 2) * Math.max(0, place)) + this.glides[0].at(time);
    this.gains[1] = gain * Math.cos((Math.PI / 2) * Math.max(0, -place)) + this.glides[1].at(time);
    return this.gains;
  }

  #take({ level_db, pan = 0, spin_hz = 0 }) {
    this.level = new Movement(level_db, { soft: true });
    this.pan = new Movement(pan, { soft: true });
    this.spins = new Movement(spin_hz).highest > 0;
  }
}
