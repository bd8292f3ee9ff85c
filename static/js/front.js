// The front page's sound: one button plays it, six more change the band it is in.

import { Preview } from "./preview/preview.js";

const sounds = JSON.parse(document.getElementById("sounds").textContent);
const buttons = document.querySelectorAll("[data-play]");
const hero = document.querySelector(".hero");
const [main] = buttons;
const now = hero.querySelector(".now");
const preview = new Preview();

// What the list says about a band stands under the big button too.
function choose(key) {
  main.dataset.play = key;
  hero.classList.replace(hero.classList[1], `band-${key}`);
  const band = document.querySelector(`[data-band=${key}]`);
  const [name, purpose] = [band.querySelector("h3"), band.querySelector("p")];
  now.textContent = `${name.textContent} · ${purpose.textContent}`;
}

function show() {
  hero.classList.toggle("sounding", preview.playing);
  for (const button of buttons) {
    button.ariaPressed = String(preview.playing && button.dataset.play === main.dataset.play);
  }
}

function press({ currentTarget: { dataset: { play: key } } }) {
  const same = key === main.dataset.play;
  choose(key);
  if (preview.playing && same) preview.stop();
  else if (preview.playing) preview.update(sounds[key]);
  else preview.play(sounds[key]).catch(() => (now.textContent = now.dataset.no));
  show();
}

// Without Web Audio, or over a connection it does not trust, there is nothing to press.
if (window.AudioWorkletNode) {
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", press);
  }
  now.hidden = false;
  choose(main.dataset.play);
  for (const event of ["play", "stop", "end"]) preview.on(event, show);
}
