// A warm pad in a key: every overtone is a narrow band of noise: `audio/beds/drone.py`.

import { Fixed } from "./spectral.js";

const KEYS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
// Semitones above the key note.
const CHORDS = { octave: [0, 12], fifth: [0, 7, 12], major: [0, 7, 12, 16], minor: [0, 7, 12, 15] };
const OVERTONES = 14;
const DARK_HZ = 900;
const CENTS = 6;
// The ears are a little out of tune with each other.
const DETUNED = [0.9995, 1.0005];
// So many breadths from its middle nothing is left of a band.
const REACH = 6;

export class Drone extends Fixed {
  constructor(bed, common) {
    super(bed, { ...common, name: "DroneLayer", grain: 131_072, fade: 65_536 });
  }

  power(ear) {
    const { key, octave, chord } = this.bed;
    const root = 440 * 2 ** (octave - 4 + (KEYS.indexOf(key) - KEYS.indexOf("A")) / 12);
    const magnitudes = new Float64Array(this.bins);
    for (const step of CHORDS[chord]) {
      for (let overtone = 1; overtone <= OVERTONES; overtone++) {
        this.#addBand(magnitudes, root * 2 ** (step / 12) * overtone * DETUNED[ear], overtone);
      }
    }
    return magnitudes.map((magnitude) => magnitude ** 2);
  }

  #addBand(magnitudes, hz, overtone) {
    const bin = this.rate / this.grain;
    const breadth = Math.max(hz * (2 ** (CENTS / 1200) - 1), 0.25);
    const height = overtone ** -1.2 / (1 + (hz / DARK_HZ) ** 2) / Math.sqrt(breadth);
    const first = Math.max(0, Math.ceil((hz - REACH * breadth) / bin));
    const last = Math.min(this.bins - 1, Math.floor((hz + REACH * breadth) / bin));
    for (let k = first; k <= last; k++) {
      magnitudes[k] += height * Math.exp(-(((k * bin - hz) / breadth) ** 2) / 2);
    }
  }
}
