// The spoken lines: whatever stands for them is heard where they will be, with their echoes
// (`audio/speech/layer.py`, `audio/speech/room.py`).

import { Balance } from "./levels.js";

// A line is as long as its mark: what stands for it may have to fade.
const EDGE_S = 0.06;

const ECHO_EVERY_S = 0.32;
const ECHOES = 4;
const ECHO_GAIN = 0.5;
const ECHO_FADES = 0.6;
// What the far ear still hears of an echo.
const FAR_EAR = 0.25;
// So long after a line its room and echoes are gone.
const TAIL_S = (ECHOES + 1) * ECHO_EVERY_S;

export class SpokenLines {
  constructor(rate) {
    this.rate = rate;
    this.marks = [];
    this.sample = this.coming = null;
    this.first = 0;
  }

  /** Take lines from another recipe, at another place. */
  take(speech, marks) {
    this.speech = speech;
    this.marks = speech ? marks : [];
    this.first = 0;
    if (speech) this.balance = new Balance({ level_db: speech.level_db, pan: speech.pan });
  }

  /** Take other lines from `time` on; those that sound do not jump. */
  follow(speech, marks, time) {
    if (!this.balance || !speech) {
      this.take(speech, marks);
      return;
    }
    this.speech = speech;
    this.marks = marks;
    this.first = 0;
    this.balance.follow({ level_db: speech.level_db, pan: speech.pan }, time);
  }

  /** Let `sample` (both ears, RMS as a sound at 0 dB) stand for the lines from the next one on. */
  speakWith(sample) {
    this.coming = sample;
    this.sample ??= sample;
  }

  /** Add what is spoken from `start` to `stop` in seconds to `ears`. */
  add(ears, frames, start, stop) {
    const { marks } = this;
    while (this.first > 0 && marks[this.first - 1][1] + TAIL_S > start) this.first--;
    while (this.first < marks.length && marks[this.first][1] + TAIL_S <= start) this.first++;
    if (!(marks[this.first]?.[0] < stop)) {
      this.sample = this.coming;
      return;
    }
    if (!this.sample) return;
    const before = [...this.balance.at(start)];
    const after = this.balance.at(stop);
    const steps = after.map((gain, ear) => (gain - before[ear]) / frames);
    for (let n = this.first; n < marks.length && marks[n][0] < stop; n++) {
      this.#line(marks[n], ears, frames, start, before, steps);
    }
  }

  /** A line and its echoes, each softer than the one before and in the other ear. */
  #line([from, to], ears, frames, start, before, steps) {
    for (let echo = 0; echo <= (this.speech.echo ? ECHOES : 0); echo++) {
      const since = start - from - echo * ECHO_EVERY_S;
      if (since > to - from || since + frames / this.rate < 0) continue;
      const near = echo ? this.speech.echo * ECHO_GAIN * ECHO_FADES ** (echo - 1) : 1;
      for (let ear = 0; ear < 2; ear++) {
        const gain = near * (echo && echo % 2 === ear ? FAR_EAR : 1);
        this.#sound(this.sample[ear], ears[ear], frames, {
          since,
          left: to - from - since,
          before: before[ear] * gain,
          step: steps[ear] * gain,
        });
      }
    }
  }

  #sound(sample, out, frames, { since, left, before, step }) {
    const at = Math.round(since * this.rate);
    for (let i = Math.max(0, -at); i < frames && at + i < sample.length; i++) {
      const edge = Math.min(1, (left - i / this.rate) / EDGE_S, (at + i) / (EDGE_S * this.rate));
      if (edge > 0) out[i] += sample[at + i] * edge * (before + step * i);
    }
  }
}
