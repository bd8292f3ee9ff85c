// Small comforts; every page works without them.

// A slider's track is filled up to its knob.
function fill(slider) {
  const { min, max, value } = slider;
  slider.style.setProperty("--at", (value - (min || 0)) / ((max || 100) - (min || 0)));
}
document.addEventListener("input", ({ target }) => target.type === "range" && fill(target));
document.querySelectorAll("input[type=range]").forEach(fill);

// The theme changes at once; the server remembers it for the next page.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-theme-choice]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  fetch(form.action, { method: "POST", body: new FormData(form, submitter), redirect: "manual" });
  const root = document.documentElement;
  if (submitter.value) root.dataset.theme = submitter.value;
  else delete root.dataset.theme;
  for (const other of document.querySelectorAll("[data-theme-choice] button")) {
    other.ariaPressed = String(other.value === submitter.value);
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.ariaBusy === "true") event.preventDefault();
  form.ariaBusy = "true";
});
// Coming back to a page that the browser kept, its forms can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) form.ariaBusy = null;
});

// A new stage of the making is said once, not with every poll.
let said = document.getElementById("status")?.dataset.says;
document.addEventListener("htmx:afterSwap", () => {
  const says = document.getElementById("status")?.dataset.says;
  if (says === said) return;
  document.getElementById("says").textContent = said = says;
});

// An answer from elsewhere is a sign-in page: it has no place inside this one. This page, asked for
// again, leads there and back here.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo, target } = event.detail;
  const asked = new URL(pathInfo.finalRequestPath, location.href).pathname;
  if (new URL(xhr.responseURL).pathname === asked) return;
  event.detail.shouldSwap = false;
  // The studio has words of its own for it, and who only listens is not interrupted.
  if (!["quote", "extras"].includes(target.id)) location.reload();
});

// What was pressed and not answered is told; what asks by itself has words of its own.
const toast = document.getElementById("toast");
function tell({ detail: { elt } }) {
  if (!["status", "quote", "extras"].includes(elt.id)) toast.textContent = toast.dataset.away;
}
for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(event, tell);
}
document.addEventListener("htmx:afterSettle", () => (toast.textContent = ""));
