// The page of one track: its making, its player, and its link to hand on.

import { deck, sleepChoice } from "./deck.js";
import { arrive, leadBack, leave } from "./handover.js";
import { listenToKeys } from "./keys.js";
import { showOnLockScreen } from "./lockscreen.js";
import { parts } from "./parts.js";
import { SleepTimer } from "./sleep.js";
import { Sound } from "./sound.js";
import { timeline } from "./timeline.js";
import { waitWell } from "./waiting.js";
import { waveform } from "./waveform.js";

/** Put our own player in the place of the browser's. */
function play(player) {
  const { title, artist, cover, address, band, duration } = player.dataset;
  const find = (selector) => player.querySelector(selector);
  const audio = find("audio");
  const sound = new Sound(audio);
  audio.controls = false;
  find(".deck").hidden = false;

  deck(player, sound);
  timeline(find(".timeline"), sound);
  const showWaveform = waveform(find(".waveform"), find(".timeline input"), sound);
  const timer = new SleepTimer(sound);
  sleepChoice(find("[data-do=sleep]"), find(".sleep"), timer);
  showOnLockScreen(sound);
  listenToKeys(sound, player);
  const show = (selector, shown) => (find(selector).hidden = !shown);
  sound.addEventListener("lost", () => show(".lost", true));
  sound.addEventListener("found", () => show(".lost", false));
  sound.addEventListener("gone", () => {
    show(".deck", false);
    show(".gone", true);
  });

  const names = find(".phases");
  if (names) parts(names, sound);

  const left = arrive();
  const goesOn = left?.track.address === address;
  const sources = [...audio.querySelectorAll("source")].map(({ src, type }) => ({ src, type }));
  const duration_s = Number(duration);
  const page = location.pathname;
  const track = { address, title, artist, cover, band, page, duration_s, sources };
  sound.load(track, goesOn ? left.at_s : undefined);
  if (goesOn) {
    timer.set(...left.sleep);
    sound.play();
  }
  addEventListener("pagehide", () => leave(sound, timer));
  afterLoad(() => (audio.preload = "metadata"));
  if (player.dataset.waveform) showWaveform(player.dataset.waveform);
}

/** What a page shows comes before what somebody may want to hear. */
function afterLoad(act) {
  if (document.readyState === "complete") act();
  else addEventListener("load", act, { once: true });
}

/** A link is copied by a button, where the browser lets a page do that. */
function offerToCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.done;
  });
}

/** Also for what htmx brings in, once each. */
function start() {
  for (const player of document.querySelectorAll("[data-player]")) {
    player.removeAttribute("data-player");
    play(player);
  }
  for (const button of document.querySelectorAll("[data-copy][hidden]")) offerToCopy(button);
}
start();
const back = document.querySelector(".back a");
if (back) leadBack(back);
// An address that names a folded part unfolds it.
const named = document.getElementById(location.hash.slice(1))?.closest("details");
if (named) named.open = true;
document.addEventListener("htmx:afterSettle", start);

// Whoever was on a button that is gone once the track is made goes on from where the track is.
let wasInside = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  wasInside = detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", () => {
  if (wasInside && document.activeElement === document.body)
    document.getElementById("track").focus({ preventScroll: true });
});
waitWell();
