// What the server says the track comes to, and what to say when it says nothing.

import { $, say } from "./page.js";

/** Where the lines will be spoken, as far as is known: `[start_s, stop_s]` each. */
export function marks() {
  return JSON.parse($("quote").querySelector("[data-marks]")?.dataset.marks ?? "[]");
}

/** Call `listener` whenever there is a new quote. */
export function onQuote(listener) {
  $("quote").addEventListener("htmx:afterSettle", listener);
}

$("quote").addEventListener("htmx:sendError", () => say($("trouble"), "away"));
$("quote").addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  // Given up for a newer question, or not sent at all.
  if (!xhr.status) return;
  // The page to sign in names this address, too, as where it leads back to.
  const isQuote = new URL(xhr.responseURL).pathname === $("quote").getAttribute("hx-post");
  if (xhr.status >= 500) say($("trouble"), "away");
  else say($("trouble"), xhr.status >= 400 || !isQuote ? "signed-out" : "");
});
