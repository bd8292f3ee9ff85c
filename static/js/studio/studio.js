// The studio's comforts: presets that fill in the form, the drawn beat, the draft, listening.
// The form can be filled in and sent without any of them.

import { Course, drawnSmall } from "./course.js";
import { Draft } from "./draft.js";
import { bandAt, facts } from "./facts.js";
import { fill, valuesOf } from "./form.js";
import { VoiceSample } from "./hear.js";
import { Listening } from "./listen.js";
import { constantBeat, pointsOf, recipeOf, titleFrom } from "./recipe.js";

const $ = (id) => document.getElementById(id);
const form = $("studio");
const { drawn, constant } = facts.words;
const words = $("id_affirmations");

// --- Saying what changed --------------------------------------------------------------------------

// How the form stood when it was last left in peace, for undoing.
let before = valuesOf(form);
let undone;

/** Everything follows a change that no event of a control tells of. */
function changed() {
  form.dispatchEvent(new CustomEvent("studio:change", { bubbles: true }));
}

function notice(which) {
  $("draft").hidden = !which;
  $("draft").dataset.now = which ?? "";
  for (const says of $("draft").querySelectorAll("[data-says]")) says.hidden = says.dataset.says !== which;
}

// --- Figures beside the faders, and other small things ------------------------------------------------

function showFigures() {
  for (const output of form.querySelectorAll("output[data-unit]")) {
    const slider = $(output.htmlFor.value);
    const text = `${slider.value.replace("-", "\u2212")} ${output.dataset.unit}`;
    output.textContent = text.trim();
    slider.setAttribute("aria-valuetext", text.trim());
    slider.style.setProperty("--at", (slider.value - slider.min) / (slider.max - slider.min));
  }
  for (const now of form.querySelectorAll("[data-shows]")) {
    now.textContent = form.querySelector(`[name="${now.dataset.shows}"]:checked`)?.dataset.label ?? "";
  }
}

const startersOf = ({ course }) => (facts.presets[course] ?? facts.presets.sleep).lines;

function showWords() {
  const lines = startersOf(valuesOf(form));
  words.placeholder = $("count").dataset.example.replace("{line}", lines[0]);
  $("starters").hidden = words.value.trim() !== "";
  const count = words.value.split("\n").filter((line) => line.trim()).length;
  const { one, many } = $("count").dataset;
  $("count").textContent = count ? (count === 1 ? one : many.replace("{n}", count)) : "";
  $("id_title").placeholder = titleFrom(words.value);
}

/** Where the presets stand in a row that is wider than the window, the chosen one is in it. */
function showTile() {
  const row = form.querySelector(".preset-row");
  const tile = row.querySelector(":checked").parentElement;
  row.scrollBy({ left: tile.getBoundingClientRect().left - row.getBoundingClientRect().left - 20 });
}

/** What the track is, on its ticket. */
function showBrief() {
  const name = form.querySelector("[name=course]:checked ~ .name").textContent;
  const minutes = $("chart").dataset.minutes.replace("{n}", $("id_duration_min").value);
  $("brief").hidden = false;
  $("brief").querySelector(".name").textContent = $("id_title").value || $("id_title").placeholder;
  $("brief").querySelector(".facts").textContent = `${name} · ${minutes}`;
}

$("starters").addEventListener("click", () => {
  words.value = startersOf(valuesOf(form)).join("\n");
  words.focus();
  changed();
});

// Rows of buttons that put a usual value into a field.
const SHORTCUTS = { minutes: "id_duration_min", presence: "id_voice_db" };
for (const [row, field] of Object.entries(SHORTCUTS)) {
  $(row).hidden = false;
  $(row).addEventListener("click", ({ target }) => {
    if (!target.value) return;
    $(field).value = target.value;
    changed();
  });
}

function showShortcuts() {
  for (const [row, field] of Object.entries(SHORTCUTS)) {
    for (const button of $(row).querySelectorAll("button")) {
      button.ariaPressed = String(button.value === $(field).value);
    }
  }
}

// --- Presets -----------------------------------------------------------------------------------------------

function startFrom(preset) {
  undone = before;
  const isStarter = Object.values(facts.presets).some(({ lines }) => lines.join("\n") === words.value);
  fill(form, preset.choices);
  if (isStarter) words.value = preset.lines.join("\n");
  const name = form.querySelector("[name=course]:checked ~ .name").textContent;
  $("draft").querySelector("[data-name]").textContent = form.querySelector("[data-filled]").dataset.filled.replace("{name}", name);
  notice("filled");
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "course") return;
  if (target.value !== drawn) startFrom(facts.presets[target.value]);
  changed();
});

// --- The beat over time ------------------------------------------------------------------------------------

$("chart").hidden = false;
const course = new Course($("chart"), {
  changed(points) {
    $("curve-value").value = JSON.stringify(points);
    $("id_course_drawn").checked = true;
    showPoint();
    changed();
  },
  chosen: () => showPoint(),
});

function showCourse() {
  const values = valuesOf(form);
  const hz = constantBeat(values);
  const points = pointsOf(values) ?? [[0, hz, "linear"], [1, hz, "linear"]];
  showDrawn(values);
  course.show({ points, minutes: Number(values.duration_min) || 1, marks: marks() });
  showPoint();
}

/** The tile of one's own curve shows that curve, in the colour of the band in its middle. */
function showDrawn({ curve }) {
  const tile = $("drawn");
  tile.hidden = !curve;
  const points = pointsOf({ course: drawn, curve });
  if (!points) return;
  const { path, hz } = drawnSmall(points);
  tile.querySelector("path").setAttribute("d", path);
  tile.className = tile.className.replace(/band-\S+/, `band-${bandAt(hz)[0]}`);
}

function showPoint() {
  const [share, hz, curve] = course.points[course.chosen];
  const isEnd = course.chosen === 0 || course.chosen === course.points.length - 1;
  const show = (control, value) => document.activeElement === control || (control.value = value);
  show($("point-minute"), Math.round(share * course.minutes * 100) / 100);
  show($("point-hz"), hz);
  $("point-curve").value = curve;
  $("point-minute").disabled = $("point-remove").disabled = isEnd;
  $("point-curve").disabled = course.chosen === course.points.length - 1;
  $("point-now").textContent = course.inWords(course.chosen);
}

// These tell of a point, they are none of the form's fields.
const exactly = {
  "point-minute": (n, value) => course.move(n, value / course.minutes, course.points[n][1]),
  "point-hz": (n, value) => course.move(n, course.points[n][0], Number(value)),
  "point-curve": (n, value) => course.setCurve(n, value),
};
for (const [id, set] of Object.entries(exactly)) {
  $(id).addEventListener("input", (event) => {
    event.stopPropagation();
    if (event.target.value !== "") set(course.chosen, event.target.value);
  });
  $(id).addEventListener("blur", showPoint);
}
$("point-add").addEventListener("click", () => course.addAfter(course.chosen));
$("point-remove").addEventListener("click", () => course.remove(course.chosen));

/** Where the lines will be spoken, as far as is known: `[start_s, stop_s]` each. */
function marks() {
  return JSON.parse(document.querySelector("#quote [data-marks]")?.dataset.marks ?? "[]");
}

// --- Listening -----------------------------------------------------------------------------------------------

const sample = new VoiceSample({ button: $("hear"), select: $("id_voice") });
$("listen-from").hidden = false;
const listening = new Listening({
  button: $("listen"),
  scrubber: $("at"),
  recipe: () => recipeOf(form),
  // Where words will be, a sentence of the voice is heard.
  words: () => ({ marks: marks(), voice: sample.url }),
  moved(share, isPlaying) {
    const scrubber = $("at");
    const text = scrubber.dataset.value.replace("{minute}", Math.floor(share * course.minutes * 10) / 10);
    scrubber.setAttribute("aria-valuetext", text);
    scrubber.style.setProperty("--at", share);
    document.querySelector("output[for=at]").textContent = text;
    course.showPlace(share, isPlaying);
  },
});

// --- The draft -----------------------------------------------------------------------------------------------

const draft = new Draft(form);

function start() {
  const kept = draft.values;
  // Somebody was quicker than this script: what they typed is the draft.
  if (words.value !== words.defaultValue) draft.keep();
  else if (!("keep" in form.dataset) && kept) {
    draft.restore();
    notice("restored");
    changed();
  } else if (form.dataset.keep === "chosen" && kept?.affirmations?.trim()) {
    notice("offered");
  }
}

const does = {
  afresh() {
    undone = valuesOf(form);
    draft.drop();
    form.reset();
    notice("afresh");
  },
  restore() {
    undone = valuesOf(form);
    draft.restore();
    notice("restored");
  },
  undo() {
    fill(form, undone);
    notice();
  },
};
$("draft").addEventListener("click", ({ target }) => {
  const what = target.closest("[data-does]")?.dataset.does;
  if (!what) return;
  does[what]();
  changed();
  showTile();
  form.querySelector("[name=course]:checked")?.focus();
});

// --- The server ------------------------------------------------------------------------------------------------

function trouble(which) {
  $("trouble").hidden = !which;
  for (const says of $("trouble").querySelectorAll("[data-says]")) says.hidden = says.dataset.says !== which;
}

$("quote").addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!xhr.status || xhr.status >= 500) trouble("away");
  else if (xhr.status >= 400 || !xhr.responseURL.endsWith(form.querySelector("#quote").getAttribute("hx-post"))) trouble("signed-out");
  else trouble();
});
$("quote").addEventListener("htmx:afterSettle", () => {
  course.show({ points: course.points, marks: marks() });
  listening.follow();
});

// A credit is spent by the button alone, never by an Enter in a field.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
});

// --- All together ----------------------------------------------------------------------------------------------

function follow() {
  showFigures();
  showWords();
  showShortcuts();
  showBrief();
  showCourse();
  listening.follow();
  before = valuesOf(form);
}
// A preset's own event comes after it has filled in the form.
form.addEventListener("input", ({ target }) => {
  if (target.name === "course") return;
  // What is typed from here on would be lost by an undoing.
  if (["filled", "afresh"].includes($("draft").dataset.now)) notice();
  follow();
});
form.addEventListener("studio:change", follow);

start();
draft.watch();
follow();
showTile();
