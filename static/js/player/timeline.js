// Where a track is, and going elsewhere in it by pointer or keyboard.

import { clock, filled, spoken } from "./time.js";

const STEP_S = 5;
const LEAP_S = 60;

/** Bring slider and clocks inside `root` to life. */
export function timeline(root, sound) {
  const slider = root.querySelector("input");
  const [at, length] = ["at", "length"].map((name) => root.querySelector(`[data-time=${name}]`));

  function show() {
    const { time_s, duration_s } = sound;
    at.textContent = clock(time_s);
    length.textContent = clock(duration_s);
    slider.max = Math.floor(duration_s);
    slider.value = Math.floor(time_s);
    slider.style.setProperty("--at", duration_s ? time_s / duration_s : 0);
    slider.ariaValueText = filled(root.dataset.position, {
      at: spoken(time_s),
      length: spoken(duration_s),
    });
  }
  sound.addEventListener("progress-made", show);

  // A screen reader's swipe comes as input, keys as keys.
  slider.addEventListener("input", () => sound.seek(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    const goals = {
      ArrowLeft: sound.time_s - STEP_S,
      ArrowDown: sound.time_s - STEP_S,
      ArrowRight: sound.time_s + STEP_S,
      ArrowUp: sound.time_s + STEP_S,
      PageDown: sound.time_s - LEAP_S,
      PageUp: sound.time_s + LEAP_S,
      Home: 0,
      End: sound.duration_s,
    };
    if (!(event.key in goals) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    sound.seek(goals[event.key]);
  });
}
