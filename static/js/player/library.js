// The library: tracks play from the list, in one small player that goes on while the list changes.

import { deck, sleepEnd } from "./deck.js";
import { arrive, leave, leaveList } from "./handover.js";
import { listenToKeys } from "./keys.js";
import { showOnLockScreen } from "./lockscreen.js";
import { SleepTimer } from "./sleep.js";
import { Sound } from "./sound.js";
import { filled } from "./time.js";
import { timeline } from "./timeline.js";

const mini = document.getElementById("mini");
const find = (selector) => mini.querySelector(selector);
const sound = new Sound(find("audio"));
// Set on the page of a track; here it runs out, or is ended.
const timer = new SleepTimer(sound);
deck(mini, sound);
sleepEnd(find("[data-do=sleep]"), timer);
timeline(find(".timeline"), sound);
showOnLockScreen(sound);
listenToKeys(sound, mini);

const buttons = () => document.querySelectorAll(".track .here");
const isOf = (button) => sound.track?.address === button.dataset.address;

function begin(track, at_s) {
  const { title, cover, band, page } = track;
  sound.load(track, at_s);
  find(".cover").src = cover;
  find(".name").textContent = title;
  find(".name").href = find(".gone a").href = page;
  for (const notice of [".lost", ".gone"]) find(notice).hidden = true;
  mini.className = `mini band-${band}`;
  mini.hidden = false;
  sound.play();
}

/** The track that `button` of the list plays. */
function trackOf(button) {
  const { title, address, cover, band, duration, page } = button.dataset;
  const { artist } = mini.dataset;
  const template = button.parentElement.querySelector("template").content.cloneNode(true);
  const sources = [...template.querySelectorAll("source")].map(({ src, type }) => ({ src, type }));
  return { address, title, artist, cover, band, page, duration_s: Number(duration), sources };
}

/** What played on the page before goes on, whatever the list shows. */
function takeUp() {
  const left = arrive();
  if (!left) return;
  timer.set(...left.sleep);
  begin(left.track, left.at_s);
}

/** Each track of the list says whether it is the one that plays. */
function show() {
  for (const button of buttons()) {
    const playing = sound.playing && isOf(button);
    button.hidden = false;
    button.classList.toggle("playing", playing);
    button.ariaLabel = filled(playing ? mini.dataset.pause : mini.dataset.play, button.dataset);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".track .here");
  if (!button) return;
  if (isOf(button)) sound.toggle();
  else begin(trackOf(button));
});
find("[data-do=sleep]").addEventListener("click", () => find("[data-do=toggle]").focus());
find(".close").addEventListener("click", () => {
  const playing = [...buttons()].find(isOf);
  sound.pause();
  mini.hidden = true;
  (playing ?? document.getElementById("tracks")).focus();
});
addEventListener("pagehide", () => {
  leave(sound, timer);
  leaveList();
});
// A page that the browser kept whole runs no script again.
addEventListener("pageshow", ({ persisted }) => persisted && takeUp());
sound.addEventListener("lost", () => (find(".lost").hidden = false));
sound.addEventListener("found", () => (find(".lost").hidden = true));
sound.addEventListener("gone", () => (find(".gone").hidden = false));
for (const type of ["play", "pause", "emptied", "ended"])
  find("audio").addEventListener(type, () => queueMicrotask(show));
takeUp();
show();

document.addEventListener("htmx:afterSettle", (event) => {
  show();
  // The link that was pressed is gone with its list.
  if (event.target.id === "tracks" && document.activeElement === document.body)
    event.target.focus({ preventScroll: true });
});

/** Links, and the way back in the history, lead to other filters. */
function showFilters() {
  const form = document.querySelector(".filters");
  // Whoever types or chooses is ahead of the answer.
  if (form.contains(document.activeElement)) return;
  const asked = new URLSearchParams(location.search);
  form.elements.favourites.checked = asked.has("favourites");
  form.elements.q.value = asked.get("q") ?? "";
  // A small library is shown without these.
  for (const select of form.querySelectorAll("select")) select.value = asked.get(select.name) ?? "";
  for (const radio of form.querySelectorAll("[name=band]"))
    radio.checked = radio.value === (asked.get("band") ?? "");
}
document.addEventListener("htmx:pushedIntoHistory", showFilters);
document.addEventListener("htmx:historyRestore", () => {
  document.activeElement.blur();
  showFilters();
  show();
});
