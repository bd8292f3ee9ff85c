// Tracks kept on this device: in the browser's cache, from which the service worker answers.

const CACHE = "kept";
const OWNER = "/kept/owner";

const about = (id) => `/kept/${id}/track.json`;
/** Where a kept track's sound is found, with or without a network. */
export const soundOf = (id) => `/kept/${id}/sound`;
/** Where its cover is found. */
export const coverOf = (id) => `/kept/${id}/cover`;

/** Whether this browser can keep anything. */
export const possible = "caches" in self && "serviceWorker" in navigator;

/** What is known of a kept track: {id, title, band, duration_s, bytes, page}; undefined if it is not kept. */
export async function find(id) {
  const cache = await caches.open(CACHE);
  return (await cache.match(about(id)))?.json();
}

/** All kept tracks, by title. */
export async function all() {
  const cache = await caches.open(CACHE);
  const places = (await cache.keys()).filter(({ url }) => url.endsWith("/track.json"));
  const tracks = await Promise.all(places.map(async (at) => (await cache.match(at)).json()));
  return tracks.sort((a, b) => a.title.localeCompare(b.title));
}

/**
 * Keep `track`, {id, title, band, duration_s, page, sound, cover} with the addresses of the last two.
 * Calls `progress` with the part that has come, 0 to 1; nothing is kept when it fails or is aborted.
 */
export async function keep(track, progress = () => {}, signal = undefined) {
  const cache = await caches.open(CACHE);
  const { id, sound, cover, ...rest } = track;
  try {
    const picture = await fetched(cover, signal);
    await cache.put(coverOf(id), copy(picture, picture.body));
    const response = await fetched(sound, signal);
    const counted = counting(Number(response.headers.get("Content-Length")), progress);
    await cache.put(soundOf(id), copy(response, response.body.pipeThrough(counted.stream)));
    await describe(cache, { id, ...rest, bytes: counted.bytes() });
  } catch (error) {
    await forget(id);
    throw error;
  }
  // Asks the browser not to make room with these; it may say no.
  await navigator.storage?.persist?.();
}

/** Remove a track from this device. */
export async function forget(id) {
  const cache = await caches.open(CACHE);
  // Last what it is found by: a removal that is cut short can be done again.
  for (const place of [soundOf(id), coverOf(id), about(id)]) await cache.delete(place);
}

/** Remove all tracks from this device. */
export async function forgetAll() {
  await caches.delete(CACHE);
}

/** Remove all that somebody else than `person` kept. */
export async function belongTo(person) {
  const cache = await caches.open(CACHE);
  const owner = await (await cache.match(OWNER))?.text();
  if (owner === person) return;
  await forgetAll();
  await (await caches.open(CACHE)).put(OWNER, new Response(person));
}

async function fetched(address, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response;
}

function describe(cache, track) {
  return cache.put(about(track.id), new Response(JSON.stringify(track)));
}

/** The same answer without what belongs to its way here: redirects, ranges, how long to keep it. */
function copy(response, body) {
  const headers = { "Content-Type": response.headers.get("Content-Type"), "Accept-Ranges": "bytes" };
  return new Response(body, { headers });
}

function counting(expected, progress) {
  let come = 0;
  const stream = new TransformStream({
    transform(chunk, controller) {
      come += chunk.byteLength;
      if (expected) progress(Math.min(come / expected, 1));
      controller.enqueue(chunk);
    },
  });
  return { stream, bytes: () => come };
}
