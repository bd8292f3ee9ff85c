// How loud a track will be as a whole, and the gain that brings it to its target. The engine hears
// excerpts (`audio/master.py`); here every layer's loudness is told from its kind and level, which
// comes within about a decibel.

import { Movement } from "./curves.js";
import { Ducking } from "./duck.js";
import { amplitudeOf } from "./levels.js";
import { meanSquareOf } from "./waves.js";

const MOMENTS = 600;
const OFFSET_DB = -0.691;
const ABSOLUTE_GATE_LUFS = -70;
const RELATIVE_GATE_LU = -10;

// Integrated loudness of each bed at a level of 0 dB, as the engine makes it.
const BEDS_LUFS = {
  noise: ({ colour }) => ({ white: 3.1, pink: 0.5, brown: -6.7, blue: 3.3, violet: 3.4 })[colour],
  rain: () => 2.4,
  ocean: ({ depth }) => 1.8 * depth - 0.6,
  stream: () => 0.9,
  wind: () => -1.3,
  fire: ({ crackle }) => crackle - 1.9,
  bowls: ({ interval_s }) => 0.8 - 5 * Math.log10(Math.max(1, interval_s / 10)),
  drone: () => -1,
  music: () => 0,
};
// Speech is silent between its syllables, and lies where the ear is keen.
const SPEECH_LUFS = -0.3;

const powerOf = (lufs) => 10 ** ((lufs - OFFSET_DB) / 10);
const lufsOf = (power) => OFFSET_DB + 10 * Math.log10(power);
const mean = (powers) => powers.reduce((sum, power) => sum + power, 0) / powers.length;

/** The factor for the whole mix of a completed spec whose lines are spoken at `marks`. */
export function gainOf(spec, marks) {
  const target = spec.master.target_lufs;
  if (target === null) return 1;
  const lufs = integratedLufs(spec, marks);
  return Number.isFinite(lufs) ? amplitudeOf(target - lufs) : 1;
}

/** Integrated loudness after BS.1770, with its gates. */
export function integratedLufs(spec, marks) {
  const powers = new Float64Array(MOMENTS);
  const times = powers.map((_, n) => ((n + 0.5) / MOMENTS) * spec.duration_s);
  const ducking = new Ducking();
  ducking.take(marks, spec.speech);
  const ducked = times.map((time) => ducking.at(time) ** 2);
  const add = (level_db, powerAt) => {
    const level = new Movement(level_db, { soft: true });
    times.forEach((time, n) => (powers[n] += amplitudeOf(level.at(time)) ** 2 * powerAt(time, n)));
  };
  const gates = spec.beats.filter((beat) => beat.kind === "embedded");
  spec.beds.forEach((bed, number) => {
    const power = powerOf(BEDS_LUFS[bed.kind](bed));
    const own = gates.filter((beat) => beat.bed === null || beat.bed === number).map(gatePower);
    add(bed.level_db, (time, n) => own.reduce((all, gate) => all * gate(time), power) * ducked[n]);
  });
  for (const beat of spec.beats) if (beat.kind !== "embedded") add(beat.level_db, tonePower(beat));
  if (spec.speech) {
    const power = powerOf(SPEECH_LUFS);
    let next = 0;
    add(spec.speech.level_db, (time) => {
      while (next < marks.length && marks[next][1] <= time) next++;
      return next < marks.length && marks[next][0] <= time ? power : 0;
    });
  }
  return gated(powers);
}

function gated(powers) {
  const audible = powers.filter((power) => lufsOf(power) > ABSOLUTE_GATE_LUFS);
  const threshold = lufsOf(mean(audible)) + RELATIVE_GATE_LU;
  return lufsOf(mean(audible.filter((power) => lufsOf(power) > threshold)));
}

/** Weighted power of a tone at full level over time, both ears together. */
function tonePower(beat) {
  const carrier = new Movement(beat.carrier_hz);
  const pan = new Movement(beat.pan);
  const gate = beat.kind === "isochronic" ? gatePower(beat) : () => 1;
  // Two tones of half the amplitude in each ear have half the power of one.
  const power = meanSquareOf(beat.wave) * (beat.kind === "monaural" ? 0.5 : 1);
  return (time) => {
    const far = Math.cos((Math.PI / 2) * Math.abs(pan.at(time))) ** 2;
    return power * (1 + far) * weighting(carrier.at(time)) * gate(time);
  };
}

/** Mean square of a gate's gain over one period. */
function gatePower({ duty, depth, attack, release }) {
  const [on, deep] = [new Movement(duty), new Movement(depth)];
  const edges = attack + release;
  return (time) => {
    const d = deep.at(time);
    const open = on.at(time) * (1 - edges / 2);
    const openSquare = on.at(time) * (1 - (edges * 5) / 8);
    return (1 - d) ** 2 + 2 * d * (1 - d) * open + d ** 2 * openSquare;
  };
}

/** Power that the K-weighting leaves at a frequency: a high-pass at 38 Hz, +4 dB above 1.7 kHz. */
function weighting(hz) {
  const low = (hz / 38.1) ** 2;
  const highPass = low ** 2 / ((low - 1) ** 2 + low / 0.25);
  const high = (hz / 1682) ** 2;
  return highPass * (1 + 1.511 * (high ** 2 / (1 + high ** 2)));
}
