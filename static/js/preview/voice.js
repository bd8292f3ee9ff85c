// A sample of a voice, made fit to stand for the spoken lines.

const QUIET = 0.056; // 25 dB below the loud windows nothing is said
const WINDOW_S = 0.02;

/** The file at `url` as mono samples at the context's rate, RMS as a sound at 0 dB. */
export async function sampleFrom(url, context) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  const sample = buffer.getChannelData(0).slice();
  const scale = Math.SQRT1_2 / activeRms(sample, Math.round(WINDOW_S * context.sampleRate));
  return sample.map((value) => value * scale);
}

/** RMS with the pauses between words left out: `audio/speech/prepare.py`. */
function activeRms(sample, window) {
  const powers = [];
  for (let from = 0; from + window <= sample.length; from += window) {
    powers.push(sample.subarray(from, from + window).reduce((sum, x) => sum + x * x, 0) / window);
  }
  const loud = [...powers].sort((a, b) => a - b)[Math.floor(0.95 * (powers.length - 1))];
  const active = powers.filter((power) => power >= loud * QUIET ** 2);
  return Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length);
}
