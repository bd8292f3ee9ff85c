// The inverse Fourier transform, in small steps so that sound goes on meanwhile.

// Butterflies between two rests.
const STEP = 4096;

const plans = new Map();

function planOf(size) {
  if (!plans.has(size)) {
    const bits = Math.log2(size);
    const cosines = new Float32Array(size / 2);
    const sines = new Float32Array(size / 2);
    for (let i = 0; i < size / 2; i++) {
      cosines[i] = Math.cos((2 * Math.PI * i) / size);
      sines[i] = Math.sin((2 * Math.PI * i) / size);
    }
    const reversed = new Uint32Array(size);
    for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1] >> 1) | ((i & 1) << (bits - 1));
    plans.set(size, { cosines, sines, reversed });
  }
  return plans.get(size);
}

/** Transform `re` + i·`im` in place, without the factor 1/size; yields between steps. */
export function* inverse(re, im) {
  const size = re.length;
  const { cosines, sines, reversed } = planOf(size);
  for (let i = 0; i < size; i++) {
    const j = reversed[i];
    if (j <= i) continue;
    let kept = re[i];
    re[i] = re[j];
    re[j] = kept;
    kept = im[i];
    im[i] = im[j];
    im[j] = kept;
  }
  yield;
  let done = 0;
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let from = 0; from < size; from += STEP) {
      butterflies(re, im, cosines, sines, half, stride, from, Math.min(size, from + STEP));
      done += STEP;
      if (done >= 2 * STEP) {
        done = 0;
        yield;
      }
    }
  }
}

/** The butterflies of one stage whose upper wing lies in `from` to `to`. */
function butterflies(re, im, cosines, sines, half, stride, from, to) {
  for (let i = from; i < to; i++) {
    if (i & half) {
      i += half - 1 - (i & (half - 1));
      continue;
    }
    const turn = (i & (half - 1)) * stride;
    const j = i + half;
    const c = cosines[turn];
    const s = sines[turn];
    const x = re[j] * c - im[j] * s;
    const y = re[j] * s + im[j] * c;
    re[j] = re[i] - x;
    im[j] = im[i] - y;
    re[i] += x;
    im[i] += y;
  }
}
