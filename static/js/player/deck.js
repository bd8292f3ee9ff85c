// The buttons of a player.

import { clock, filled } from "./time.js";
import { END_OF_TRACK } from "./sleep.js";

const STEP_S = 15;

/** Bring the buttons inside `root` to life; each says in `data-do` what it is for. */
export function deck(root, sound) {
  const orders = {
    toggle: () => sound.toggle(),
    back: () => sound.seek(sound.time_s - STEP_S),
    forward: () => sound.seek(sound.time_s + STEP_S),
    loop: () => (sound.loop = !sound.loop),
    mute: () => (sound.muted = !sound.muted),
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    orders[button?.dataset.do]?.();
  });
  const button = (name) => root.querySelector(`[data-do=${name}]`);

  function show() {
    const { playing } = sound;
    const toggle = button("toggle");
    const says = playing ? toggle.dataset.pause : toggle.dataset.play;
    if (toggle.ariaLabel !== says) toggle.ariaLabel = says;
    toggle.classList.toggle("playing", playing);
    if (button("loop")) button("loop").ariaPressed = sound.loop;
    if (button("mute")) button("mute").ariaPressed = sound.muted;
  }
  sound.addEventListener("progress-made", show);
  show();

  const volume = root.querySelector(".volume input");
  if (!volume) return;
  volume.parentElement.hidden = !sound.volumeIsOurs;
  function showVolume() {
    const shown = sound.muted ? 0 : sound.volume;
    volume.value = Math.round(shown * 100);
    volume.style.setProperty("--at", shown);
  }
  volume.addEventListener("input", () => (sound.volume = volume.value / 100));
  sound.addEventListener("progress-made", showVolume);
  showVolume();
}

/** The choice of a sleep timer: `button` unfolds `choices`, and shows what is left. */
export function sleepChoice(button, choices, timer) {
  const text = button.querySelector("[data-left]");
  const unfold = (open) => {
    choices.hidden = !open;
    button.ariaExpanded = open;
  };
  const fold = () => {
    unfold(false);
    button.focus({ preventScroll: true });
  };
  button.addEventListener("click", () => {
    unfold(choices.hidden);
    if (choices.hidden) return;
    choices.scrollIntoView({ block: "nearest" });
    choices.querySelector("input:checked").focus({ preventScroll: true });
  });
  choices.addEventListener("change", ({ target }) => {
    const { value } = target;
    timer.set(value === "" ? null : value === END_OF_TRACK ? END_OF_TRACK : Number(value));
  });
  // Arrow keys click as well, and whoever uses them may be on the way to the next choice.
  choices.addEventListener("click", ({ target, detail }) => {
    if (detail && target.matches("input")) fold();
  });
  choices.addEventListener("keydown", (event) => {
    if (!["Enter", " ", "Escape"].includes(event.key)) return;
    event.preventDefault();
    fold();
  });
  timer.addEventListener("change", () => {
    const { choice, left_s } = timer;
    button.classList.toggle("on", choice !== null);
    text.textContent = choice === null ? "" : clock(Math.ceil(left_s));
    button.ariaLabel =
      choice === null ? button.dataset.off : filled(button.dataset.on, { left: text.textContent });
    const checked = choices.querySelector(`input[value="${choice ?? ""}"]`);
    if (!checked.checked) checked.checked = true;
  });
}

/** A sleep timer that was set elsewhere: `button` shows what is left, and ends it. */
export function sleepEnd(button, timer) {
  const text = button.querySelector("[data-left]");
  button.addEventListener("click", () => timer.set(null));
  timer.addEventListener("change", () => {
    button.hidden = timer.choice === null;
    text.textContent = button.hidden ? "" : clock(Math.ceil(timer.left_s));
    button.ariaLabel = filled(button.dataset.on, { left: text.textContent });
  });
}
