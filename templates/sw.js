// Answers in the place of the network: the page without one, and tracks kept on this device.
// Nothing else is kept, least of all a page that shows somebody's own things.

const { version, page, shell } = {{ settings|safe }};
const SHELL = `shell-${version}`;
const KEPT = "kept";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then(async (cache) => {
      await cache.addAll([...shell, new Request(page, { cache: "reload" })]);
      await self.skipWaiting();
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      const old = names.filter((name) => name.startsWith("shell-") && name !== SHELL);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") {
    if (request.mode === "navigate") event.respondWith(sent(request));
    return;
  }
  if (url.pathname.startsWith("/kept/")) event.respondWith(kept(request, url));
  else if (shell.includes(url.pathname)) event.respondWith(ofShell(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => ofShell(page)));
});

/** A form that could not be sent leads back to its page, which comes when there is a network. */
function sent(request) {
  return fetch(request).catch(() => Response.redirect(request.referrer || page, 303));
}

async function ofShell(request) {
  return (await caches.match(request, { cacheName: SHELL })) ?? fetch(request);
}

/** A kept file, or the part of it that a player asks for to seek. */
async function kept(request, url) {
  const whole = await caches.match(url.pathname, { cacheName: KEPT });
  if (!whole) return new Response(null, { status: 404 });
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  if (!range || !(range[1] || range[2])) return whole;
  const content = await whole.blob();
  const [start, stop] = part(range, content.size);
  const headers = { "Accept-Ranges": "bytes", "Content-Type": whole.headers.get("Content-Type") };
  if (start >= stop) {
    headers["Content-Range"] = `bytes */${content.size}`;
    return new Response(null, { status: 416, headers });
  }
  headers["Content-Range"] = `bytes ${start}-${stop - 1}/${content.size}`;
  headers["Content-Length"] = String(stop - start);
  return new Response(content.slice(start, stop), { status: 206, headers });
}

/** Where the part of a file of `size` begins, and where it ends (not included). */
function part([, first, last], size) {
  if (!first) return [Math.max(size - Number(last), 0), size];
  return [Number(first), last ? Math.min(Number(last) + 1, size) : size];
}
