// Sound goes on from the list to the track's own page, as far as the browser lets it.

const KEY = "entrain.playing";
const LONGEST_WAY_MS = 10_000;

/** Say that the track of `address` plays, at `at_s`, while this page is left. */
export function leave(address, at_s) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ address, at_s, left_ms: Date.now() }));
  } catch {
    // Private windows, or a full store: then it stops, and its place is remembered.
  }
}

/** Where the track of `address` was a moment ago on the page before; null if it was not playing. */
export function arrive(address) {
  try {
    const left = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    const isThis = left?.address === address && Date.now() - left.left_ms < LONGEST_WAY_MS;
    return isThis ? left.at_s : null;
  } catch {
    return null;
  }
}
