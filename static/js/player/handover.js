// Sound goes on from the list to a track's own page and back, as far as the browser lets it.

const KEY = "entrain.playing";
const LONGEST_WAY_MS = 10_000;

/** Say what `sound` plays and where, and what its sleep `timer` has left, while the page is left. */
export function leave(sound, timer) {
  if (!sound.playing) return;
  const { track, time_s: at_s } = sound;
  const sleep = [timer.choice, timer.left_s];
  const left = { address: track.address, at_s, sleep, left_ms: Date.now() };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(left));
  } catch {
    // Private windows, or a full store: then it stops, and its place is remembered.
  }
}

/** What played a moment ago on the page before, {address, at_s, sleep}; null if nothing did. */
export function arrive() {
  try {
    const left = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    return left && Date.now() - left.left_ms < LONGEST_WAY_MS ? left : null;
  } catch {
    return null;
  }
}
