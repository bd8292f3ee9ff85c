// Sound goes on from the list to a track's own page and back, as far as the browser lets it.

const KEY = "entrain.playing";
const LIST_KEY = "entrain.library";
const LONGEST_WAY_MS = 10_000;

/** Say what `sound` plays and where, and what its sleep `timer` has left, while the page is left. */
export function leave(sound, timer) {
  if (!sound.playing) return;
  const { track, time_s: at_s } = sound;
  const sleep = [timer.choice, timer.left_s];
  store(KEY, { track, at_s, sleep, left_ms: Date.now() });
}

/** What played a moment ago on the page before, {track, at_s, sleep}; null if nothing did. */
export function arrive() {
  const left = stored(KEY);
  store(KEY, null);
  return left && Date.now() - left.left_ms < LONGEST_WAY_MS ? left : null;
}

/** The list is left as it is shown now. */
export function leaveList() {
  store(LIST_KEY, location.pathname + location.search);
}

/** Have `link`, which leads to the list, lead to where one was in it. */
export function leadBack(link) {
  const left = stored(LIST_KEY);
  if (typeof left !== "string") return;
  const { origin, pathname, search } = new URL(left, location.href);
  if (origin === location.origin && pathname === link.pathname) link.search = search;
}

// Private windows, or a full store: then sound stops, and its place is remembered.
function store(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As if it had not been asked for.
  }
}

function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}
