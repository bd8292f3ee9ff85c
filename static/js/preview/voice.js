// What is heard in place of the spoken lines: a sample of the voice, or a hum with the rhythm of
// speech, softened and put into a room as the lines will be (`audio/speech/prepare.py`, `room.py`).

import { Bits } from "./chance.js";

// What lies this far below the loud windows is a pause.
const PAUSE_DB = -25;
const WINDOW_S = 0.02;
// Two of these in a row are a Butterworth low-pass of the fourth order; decibels of Q.
const BUTTERWORTH_DB = [-5.33, 2.32];

const ROOM_S = 0.35;
const ROOM_GAIN = 0.5;
const STRAIGHT_S = 0.005;

const HUM_S = 12;
const HUM_HZ = 132;
const SYLLABLES_HZ = 3.6;
// Amplitudes of the hum's harmonics: those of a closed mouth.
const HUM = [1, 0.5, 0.22, 0.1, 0.04];

/** Both ears of the sample at address `voice`, RMS as a sound at 0 dB; null, or what fails, hums. */
export async function sampleOf(voice, { lowpass_hz, room }, rate) {
  const raw = voice && (await known(voice, rate).catch(() => null));
  const soft = await softened(raw || hum(rate), lowpass_hz, rate);
  const scale = Math.SQRT1_2 / activeRms(soft, Math.round(WINDOW_S * rate));
  const dry = soft.map((value) => value * scale);
  return room ? inRoom(dry, room, rate) : [dry, dry];
}

const samples = new Map();

/** A sample that was loaded is kept; one that failed is asked for again. */
function known(url, rate) {
  const key = `${rate} ${url}`;
  if (!samples.has(key)) {
    const sample = loaded(url, rate);
    samples.set(key, sample);
    sample.catch(() => samples.delete(key));
  }
  return samples.get(key);
}

async function loaded(url, rate) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const context = new OfflineAudioContext(1, 1, rate);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  return buffer.getChannelData(0);
}

/** `sound` through a chain of nodes that `build` makes, as an array for each channel. */
async function through(sound, rate, { channels = 1, tail = 0 }, build) {
  const context = new OfflineAudioContext(channels, sound.length + tail, rate);
  const buffer = new AudioBuffer({ length: sound.length, sampleRate: rate });
  buffer.copyToChannel(sound, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  build(context, source);
  source.start();
  const done = await context.startRendering();
  return Array.from({ length: channels }, (_, channel) => done.getChannelData(channel));
}

async function softened(sound, frequency, rate) {
  if (!frequency) return sound;
  const [soft] = await through(sound, rate, {}, (context, source) => {
    const filters = BUTTERWORTH_DB.map(
      (Q) => new BiquadFilterNode(context, { type: "lowpass", frequency, Q }),
    );
    source.connect(filters[0]).connect(filters[1]).connect(context.destination);
  });
  return soft;
}

function inRoom(sound, room, rate) {
  const tail = Math.ceil(ROOM_S * rate);
  return through(sound, rate, { channels: 2, tail }, (context, source) => {
    const buffer = answer(rate);
    const around = new ConvolverNode(context, { buffer, disableNormalization: true });
    source.connect(context.destination);
    source.connect(around);
    around.connect(new GainNode(context, { gain: room * ROOM_GAIN })).connect(context.destination);
  });
}

/** What a small furnished room makes of a click: soft noise that dies away, other in each ear. */
function answer(rate) {
  const frames = Math.ceil(ROOM_S * rate);
  const buffer = new AudioBuffer({ length: frames, sampleRate: rate, numberOfChannels: 2 });
  const bits = new Bits(0.7);
  for (let ear = 0; ear < 2; ear++) {
    const noise = buffer.getChannelData(ear);
    for (let i = 0, soft = 0; i < frames; i++) {
      soft += (bits.uniform() - 0.5 - soft) * 0.5;
      noise[i] = i < STRAIGHT_S * rate ? 0 : soft * 1e-3 ** (i / frames);
    }
    const norm = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < frames; i++) noise[i] /= norm;
  }
  return buffer;
}

/** RMS with the pauses between words left out. */
function activeRms(sound, window) {
  const powers = [];
  for (let from = 0; from + window <= sound.length; from += window) {
    powers.push(sound.subarray(from, from + window).reduce((sum, x) => sum + x * x, 0) / window);
  }
  const loud = [...powers].sort((a, b) => a - b)[Math.floor(0.95 * (powers.length - 1))];
  const active = powers.filter((power) => power >= loud * 10 ** (PAUSE_DB / 10));
  return Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length);
}

/** A hum that swells with each syllable. */
function hum(rate) {
  return Float32Array.from({ length: HUM_S * rate }, (_, i) => {
    const time = i / rate;
    const phase = 2 * Math.PI * HUM_HZ * time - 1.5 * Math.cos(2 * Math.PI * 0.7 * time);
    const swell = 0.35 + 0.65 * Math.sin(Math.PI * SYLLABLES_HZ * time) ** 2;
    return swell * HUM.reduce((sum, height, n) => sum + height * Math.sin((n + 1) * phase), 0);
  });
}
