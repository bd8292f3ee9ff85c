// The page of what is kept on this device. It was kept itself, so it reads all it shows from here.

import { all, coverOf, forget, possible, soundOf } from "./kept.js";
import { length, size } from "./words.js";

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
  li.dataset.id = track.id;
  find("img").src = coverOf(track.id);
  find("h2").textContent = track.title;
  find("[data-length]").textContent = length(track.duration_s);
  find("[data-size]").textContent = size(track.bytes);
  const audio = find("audio");
  audio.src = soundOf(track.id);
  audio.ariaLabel = track.title;
  audio.addEventListener("play", () => playing(audio, track));
  const button = find("[data-do=remove]");
  button.ariaLabel = `${button.textContent.trim()}: ${track.title}`;
  button.addEventListener("click", async () => {
    audio.pause();
    await forget(track.id);
    await show();
  });
  return li;
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

/** Whether this page stands here in the place of another, or there is no network at all. */
function showNetwork() {
  const instead = location.pathname !== document.body.dataset.here;
  document.getElementById("away").hidden = !instead && navigator.onLine;
  document.getElementById("again").hidden = !instead;
}

/** The network is back: the page that was asked for comes, unless somebody listens. */
function comeBack() {
  showNetwork();
  const listening = [...list.querySelectorAll("audio")].some((audio) => !audio.paused);
  if (location.pathname !== document.body.dataset.here && !listening) location.reload();
}

wearTheme();
show();
showNetwork();
addEventListener("online", comeBack);
addEventListener("offline", showNetwork);
