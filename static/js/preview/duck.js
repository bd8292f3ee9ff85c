// The beds step back while somebody speaks: `audio/ducking.py`.

import { Glide, Movement } from "./curves.js";
import { amplitudeOf } from "./levels.js";

export class Ducking {
  constructor() {
    this.glide = new Glide();
    this.take([], null);
  }

  /** `marks`: `[start, stop]` of each line in seconds, sorted, none over another. */
  take(marks, speech) {
    this.marks = marks;
    this.speech = speech;
    this.depth_db = new Movement(speech?.duck_db ?? 0, { soft: true });
    this.next = 0;
    this.glide.stop();
  }

  /** Follow other marks, or another depth, from `time` on without a jump. */
  follow(marks, speech, time) {
    const was = this.at(time);
    this.take(marks, speech);
    this.glide.from(was, this.at(time), time);
  }

  /** The gain of the beds at `time`. */
  at(time) {
    return this.#gain(time) + this.glide.at(time);
  }

  #gain(time) {
    const { marks, speech } = this;
    if (!marks.length || !speech) return 1;
    // The first line that begins after `time`.
    while (this.next > 0 && marks[this.next - 1][0] > time) this.next--;
    while (this.next < marks.length && marks[this.next][0] <= time) this.next++;
    const starts = marks[this.next]?.[0] ?? Infinity;
    const stopped = marks[this.next - 1]?.[1] ?? -Infinity;
    const coming = 1 - (starts - time) / speech.duck_attack_s;
    const going = 1 - (time - stopped) / speech.duck_release_s;
    const near = Math.min(1, Math.max(0, coming, going));
    return amplitudeOf(-this.depth_db.at(time) * Math.sin((Math.PI / 2) * near) ** 2);
  }
}
