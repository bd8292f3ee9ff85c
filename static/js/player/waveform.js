// The waveform of a track, on which one goes anywhere by pointer. Keys go to the slider beside it.

import { clock } from "./time.js";

const BAR = 3;
const GAP = 2;
// Where nothing sounds.
const LEAST = 0.06;

/** Draw into `picture`; gives the function that loads the waveform. Until then it is a line. */
export function waveform(picture, slider, sound) {
  const played = picture.querySelector(".played");
  const bubble = picture.querySelector(".bubble");
  let peaks = [];

  function draw() {
    const { width, height } = picture.getBoundingClientRect();
    const heights = bars(peaks, Math.floor((width + GAP) / (BAR + GAP)));
    const path = heights.map((share, n) => {
      const x = n * (BAR + GAP) + BAR / 2;
      const half = Math.max((share * (height - BAR)) / 2, 0.1);
      return `M${x} ${(height / 2 - half).toFixed(1)}V${(height / 2 + half).toFixed(1)}`;
    });
    for (const line of picture.querySelectorAll("path")) line.setAttribute("d", path.join(""));
  }

  function place() {
    const { time_s, duration_s } = sound;
    played.setAttribute("width", `${duration_s ? (100 * time_s) / duration_s : 0}%`);
  }

  const timeUnder = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1) * sound.duration_s;
  };
  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    sound.seek(timeUnder(event));
    slider.focus({ preventScroll: true, focusVisible: false });
  });
  picture.addEventListener("pointermove", (event) => {
    const time_s = timeUnder(event);
    if (picture.hasPointerCapture(event.pointerId)) sound.seek(time_s);
    bubble.hidden = false;
    bubble.textContent = clock(time_s);
    bubble.style.setProperty("--at", time_s / sound.duration_s);
  });
  for (const type of ["pointerleave", "pointercancel"])
    picture.addEventListener(type, () => (bubble.hidden = true));

  new ResizeObserver(draw).observe(picture);
  sound.addEventListener("progress-made", place);
  return async (url) => {
    const answer = await fetch(url).catch(() => null);
    // What leads elsewhere is a page to sign in.
    if (!answer?.ok || answer.redirected) return;
    peaks = loudest(await answer.json());
    draw();
  };
}

/** The greatest excursion of each stretch of BBC's waveform format, of either ear. */
function loudest({ data, channels }) {
  const size = 2 * channels;
  return Array.from({ length: data.length / size }, (_, n) =>
    Math.max(...data.slice(n * size, (n + 1) * size).map(Math.abs)),
  );
}

/** Heights of `count` bars, the highest 1. */
function bars(peaks, count) {
  if (!peaks.length) return new Array(count).fill(0);
  const means = Array.from({ length: count }, (_, n) => {
    const start = Math.floor((n * peaks.length) / count);
    const part = peaks.slice(start, Math.max(start + 1, ((n + 1) * peaks.length) / count));
    return part.reduce((sum, peak) => sum + peak, 0) / part.length;
  });
  const highest = Math.max(...means) || 1;
  return means.map((mean) => Math.max(mean / highest, LEAST));
}
