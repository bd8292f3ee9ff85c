// The page of what is kept on this device. It was kept itself, so it reads all it shows from here.

import { all, coverOf, forget, possible, soundOf } from "./kept.js";
import { forgetWhoLeft } from "./leaving.js";
import { clock, length, size } from "./words.js";

const list = document.getElementById("kept");
const pattern = document.getElementById("kept-track");

/** The theme as chosen last; the page may be of a time before. */
function wearTheme() {
  const chosen = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

function item(track) {
  const li = pattern.content.firstElementChild.cloneNode(true);
  const find = (selector) => li.querySelector(selector);
  li.classList.add(`band-${track.band || "none"}`);
  find("img").src = coverOf(track.id);
  find("h2").textContent = track.title;
  find("[data-length]").textContent = length(track.duration_s);
  find("[data-size]").textContent = size(track.bytes);
  const audio = find("audio");
  audio.src = soundOf(track.id);
  listen(li, audio, track);
  const remove = find("[data-do=remove]");
  remove.ariaLabel = `${remove.dataset.name}: ${track.title}`;
  remove.addEventListener("click", async () => {
    audio.pause();
    await forget(track.id);
    await show();
    (list.querySelector("[data-do=remove]") ?? document.getElementById("main")).focus();
  });
  return li;
}

/** Play, pause and seek, by buttons of our own. */
function listen(li, audio, track) {
  const find = (selector) => li.querySelector(selector);
  const [toggle, slider] = [find("[data-do=toggle]"), find("input")];
  slider.max = Math.round(track.duration_s);
  slider.ariaLabel = `${slider.dataset.name}: ${track.title}`;
  find("[data-end]").textContent = clock(track.duration_s);

  const showState = () => {
    li.classList.toggle("playing", !audio.paused);
    toggle.ariaLabel = `${audio.paused ? toggle.dataset.play : toggle.dataset.pause}: ${track.title}`;
  };
  const showPlace = () => {
    slider.value = Math.round(audio.currentTime);
    slider.ariaValueText = find("[data-at]").textContent = clock(audio.currentTime);
    slider.style.setProperty("--at", audio.currentTime / track.duration_s);
  };
  const play = () =>
    audio.play().catch(({ name }) => (find("[role=alert]").hidden = name === "AbortError"));
  toggle.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  audio.addEventListener("playing", () => (find("[role=alert]").hidden = true));
  slider.addEventListener("input", () => (audio.currentTime = slider.value));
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, showState);
  for (const event of ["timeupdate", "seeking"]) audio.addEventListener(event, showPlace);
  audio.addEventListener("play", () => playing(audio, track));
  showState();
  showPlace();
}

/** One at a time, and named on the lock screen. */
function playing(audio, track) {
  for (const other of list.querySelectorAll("audio")) if (other !== audio) other.pause();
  if (!("mediaSession" in navigator)) return;
  const artwork = [{ src: new URL(coverOf(track.id), location).href, type: "image/svg+xml" }];
  navigator.mediaSession.metadata = new MediaMetadata({ title: track.title, artist: "Entrain", artwork });
}

async function show() {
  const tracks = possible ? await all() : [];
  list.replaceChildren(...tracks.map(item));
  const bytes = tracks.reduce((sum, track) => sum + track.bytes, 0);
  document.querySelector("[data-total]").textContent = size(bytes);
  document.getElementById("some").hidden = !tracks.length;
  document.getElementById("none").hidden = tracks.length > 0;
}

// Whether it stands here in the place of another page, or was asked for.
const instead = location.pathname !== document.body.dataset.here;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

function showNetwork() {
  document.getElementById("away").hidden = !instead && navigator.onLine;
  document.getElementById("again").hidden = !instead;
}

/** Ask for the page in whose place this one stands, ever more rarely; once it is there, go to it. */
let look = 0;
async function lookForIt(wait_ms = FIRST_WAIT_MS) {
  clearTimeout(look);
  const listening = [...list.querySelectorAll("audio")].some((audio) => !audio.paused);
  const here = await fetch(document.body.dataset.here, { method: "HEAD" }).catch(() => null);
  if (here && !listening) location.reload();
  const longer_ms = Math.min(wait_ms * 1.5, LONGEST_WAIT_MS);
  look = setTimeout(() => lookForIt(longer_ms), wait_ms);
}

wearTheme();
await forgetWhoLeft();
show();
showNetwork();
addEventListener("online", showNetwork);
addEventListener("offline", showNetwork);
if (instead) {
  look = setTimeout(lookForIt, FIRST_WAIT_MS);
  addEventListener("online", () => lookForIt());
}
