// The forms a tone can have, as in `audio/waves.py`: a sine, and sums of harmonics without aliases.

const HIGHEST_HARMONIC = 0.45;
const MOST_HARMONICS = 64;
const SOFTNESS = 7;
const TABLE = 2 ** 13;

const AMPLITUDES = {
  sine: (n) => Number(n === 1),
  band_limited: (n) => 1 / n,
  triangle: (n) => (n % 2 ? (n % 4 === 1 ? 1 : -1) / n ** 2 : 0),
  soft_square: (n) => (n % 2 ? Math.exp(-((n / SOFTNESS) ** 2)) / n : 0),
};

const tables = new Map();

/** One cycle of `wave` from its zero crossing on, one point more than a whole, with a peak of 1. */
export function tableOf(wave, highestHz, rate) {
  const fitting = Math.floor((HIGHEST_HARMONIC * rate) / highestHz);
  const count = wave === "sine" ? 1 : Math.min(MOST_HARMONICS, Math.max(1, fitting));
  const key = `${wave} ${count}`;
  if (!tables.has(key)) tables.set(key, oneCycle(AMPLITUDES[wave], count));
  return tables.get(key);
}

function oneCycle(amplitude, count) {
  const sine = Float64Array.from({ length: TABLE }, (_, i) => Math.sin((2 * Math.PI * i) / TABLE));
  const table = new Float64Array(TABLE + 1);
  for (let n = 1; n <= count; n++) {
    for (let i = 0; i <= TABLE; i++) table[i] += amplitude(n) * sine[(n * i) % TABLE];
  }
  const peak = table.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return table.map((value) => value / peak);
}

/** The wave at a phase in cycles. */
export function waveAt(table, cycles) {
  const place = (cycles - Math.floor(cycles)) * TABLE;
  const index = Math.floor(place);
  return table[index] + (table[index + 1] - table[index]) * (place - index);
}

/** Mean square of a wave whose peak is 1. */
export function meanSquareOf(wave) {
  const table = tableOf(wave, 1000, 44_100);
  return table.reduce((sum, value) => sum + value ** 2, 0) / table.length;
}
