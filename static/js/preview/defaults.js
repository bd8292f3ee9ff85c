// What a recipe leaves out. The values are those of the engine's own `audio/spec.py`.

const BEAT = {
  carrier_hz: 200,
  wave: "sine",
  level_db: -12,
  pan: 0,
  spin_hz: 0,
  duty: 0.5,
  attack: 0.2,
  release: 0.2,
  depth: 1,
  bed: null,
};

const ANY_BED = { level_db: -24, width: 1, seed: 0 };
const BEDS = {
  noise: { colour: "pink" },
  rain: { intensity: 0.5 },
  ocean: { period_s: 9, depth: 0.8 },
  stream: { flow: 0.5 },
  wind: { gusts: 0.5 },
  fire: { crackle: 0.5 },
  bowls: { interval_s: 20, strikes: "regular", pitch_hz: 220 },
  drone: { key: "A", octave: 2, chord: "fifth" },
  music: { crossfade_s: 4 },
};

const SPEECH = {
  level_db: -15,
  lowpass_hz: null,
  repetitions: 1,
  order: "in_order",
  gaps: "even",
  lead_in_s: 5,
  lead_out_s: 5,
  jitter_s: 0,
  pan: 0,
  room: 0,
  echo: 0,
  duck_db: 6,
  duck_attack_s: 0.05,
  duck_release_s: 0.45,
};

const TRACK = {
  version: 1,
  sample_rate: 44100,
  bit_depth: 16,
  beats: [],
  beds: [],
  speech: null,
  phases: [],
  fade_in_s: 2,
  fade_out_s: 4,
  master: { target_lufs: -18 },
  seed: 0,
};

/** `spec` with everything that it leaves out. */
export function completed(spec) {
  const whole = { ...TRACK, ...spec };
  return {
    ...whole,
    beats: whole.beats.map((beat) => ({ ...BEAT, ...beat })),
    beds: whole.beds.map((bed) => ({ ...ANY_BED, ...BEDS[bed.kind], ...bed })),
    speech: whole.speech && { ...SPEECH, ...whole.speech },
    master: { ...TRACK.master, ...whole.master },
  };
}
