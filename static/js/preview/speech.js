// What stands for the spoken lines in the preview: a sample of the voice, if there is one, or a
// hum with the rhythm of speech.

import { Balance } from "./levels.js";

const EDGE_S = 0.06;
const HUM_S = 12;
const HUM_HZ = 132;
const SYLLABLES_HZ = 3.6;
// Amplitudes of the hum's harmonics: those of a closed mouth.
const HUM = [1, 0.5, 0.22, 0.1, 0.04];

export class SpeechStandIn {
  constructor(rate) {
    this.rate = rate;
    this.marks = [];
    this.next = 0;
    this.hum = humAt(rate);
    this.sample = this.coming = this.hum;
  }

  take(speech, marks) {
    this.marks = speech ? marks : [];
    this.next = 0;
    if (speech) this.balance = new Balance({ level_db: speech.level_db, pan: speech.pan });
  }

  follow(speech, marks, time) {
    if (!this.balance || !speech) return this.take(speech, marks);
    this.marks = marks;
    this.next = 0;
    this.balance.follow({ level_db: speech.level_db, pan: speech.pan }, time);
  }

  /** Speak with `sample` (mono, RMS as a sound at 0 dB) from the next line on; null: hum. */
  speakWith(sample) {
    this.coming = sample ?? this.hum;
  }

  /** Add what is spoken from `start` to `stop` in seconds to `ears`. */
  add(ears, frames, start, stop) {
    const { marks } = this;
    while (this.next > 0 && marks[this.next - 1][1] > start) this.next--;
    while (this.next < marks.length && marks[this.next][1] <= start) this.next++;
    const mark = marks[this.next];
    if (!mark || mark[0] >= stop) {
      this.sample = this.coming;
      return;
    }
    const before = [...this.balance.at(start)];
    const after = this.balance.at(stop);
    const since = start - mark[0];
    const left = mark[1] - start;
    for (let i = 0; i < frames; i++) {
      const edge = Math.min(1, (since + i / this.rate) / EDGE_S, (left - i / this.rate) / EDGE_S);
      if (edge <= 0) continue;
      const sound = (this.sample[Math.round(since * this.rate) + i] ?? 0) * edge;
      ears[0][i] += sound * (before[0] + ((after[0] - before[0]) * i) / frames);
      ears[1][i] += sound * (before[1] + ((after[1] - before[1]) * i) / frames);
    }
  }
}

/** A hum that swells with each syllable, as a sound at 0 dB. */
function humAt(rate) {
  const hum = new Float32Array(HUM_S * rate);
  let energy = 0;
  for (let i = 0; i < hum.length; i++) {
    const time = i / rate;
    const phase = 2 * Math.PI * HUM_HZ * time - 1.5 * Math.cos(2 * Math.PI * 0.7 * time);
    const swell = 0.35 + 0.65 * Math.sin(Math.PI * SYLLABLES_HZ * time) ** 2;
    hum[i] = swell * HUM.reduce((sum, height, n) => sum + height * Math.sin((n + 1) * phase), 0);
    energy += hum[i] ** 2;
  }
  const scale = Math.sqrt(hum.length / energy / 2);
  return hum.map((value) => value * scale);
}
