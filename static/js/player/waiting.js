// Waiting for a server that does not answer: asked ever more rarely, and told quietly.

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** Look after the polling of `#status`. */
export function waitWell() {
  let failures = 0;
  let notBefore_ms = 0;

  // The element itself is replaced by then.
  const isPoll = ({ detail }) => detail.elt?.id === "status";
  const tell = (trouble) => {
    const notice = document.querySelector("#status .waking");
    if (notice) notice.hidden = !trouble;
  };
  const failed = (event) => {
    if (!isPoll(event)) return;
    notBefore_ms = Date.now() + Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
    failures += 1;
    tell(failures > 1);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPoll(event) && Date.now() < notBefore_ms) event.preventDefault();
  });
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isPoll(event) && event.detail.successful) failures = notBefore_ms = 0;
  });
  window.addEventListener("online", () => (notBefore_ms = 0));
}
