// The studio's comforts: presets that fill in the form, the drawn beat, the draft, listening.
// The form can be filled in and sent without any of them.

import { course, showCourse } from "./beat.js";
import { Draft } from "./draft.js";
import { facts } from "./facts.js";
import { showFigures, showTile } from "./figures.js";
import { fill, valuesOf } from "./form.js";
import { VoiceSample } from "./hear.js";
import { Listening } from "./listen.js";
import { $, changed, figure, form, nameOfCourse, say, words } from "./page.js";
import { marks, onQuote } from "./quote.js";
import { recipeOf } from "./recipe.js";

const notices = $("draft");

/** Say one thing of what became of the form, or nothing. */
function notice(which) {
  notices.classList.remove("past");
  say(notices, which);
}

// How the form came, how it stood before the last change, and to what an undoing leads.
const fresh = valuesOf(form);
let before = fresh;
let undone;

// --- Presets ---------------------------------------------------------------------------------

function startFrom(preset) {
  undone = before;
  const starters = Object.values(facts.presets).map(({ lines }) => lines.join("\n"));
  fill(form, preset.choices);
  if (starters.includes(words.value)) words.value = preset.lines.join("\n");
  const { filled } = form.querySelector("[data-filled]").dataset;
  notices.querySelector("[data-name]").textContent = filled.replace("{name}", nameOfCourse());
  notice("filled");
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "course") return;
  if (target.value in facts.presets) startFrom(facts.presets[target.value]);
  changed();
});

// --- Listening -------------------------------------------------------------------------------

const sample = new VoiceSample({ button: $("hear"), select: $("id_voice") });
$("listen-from").hidden = false;
const listening = new Listening({
  button: $("listen"),
  scrubber: $("at"),
  recipe: () => recipeOf(form),
  // Where words will be, a sentence of the voice is heard.
  words: () => ({ marks: marks(), voice: sample.url }),
  moved(share, isPlaying) {
    const minute = Math.floor(share * course.minutes * 10) / 10;
    const text = $("at").dataset.value.replace("{minute}", figure(minute));
    $("at").setAttribute("aria-valuetext", text);
    $("at").style.setProperty("--at", share);
    form.querySelector("output[for=at]").textContent = text;
    course.drawing.showPlace(share, isPlaying);
  },
});

onQuote(() => {
  course.show({ points: course.points, marks: marks() });
  listening.follow();
});

// --- The draft -------------------------------------------------------------------------------

const draft = new Draft(form);

function start() {
  // On the way back from a track the form is as it was sent, or changed since, with its key: what
  // is sent unchanged once more leads to that track, and nothing is paid.
  const { sent, by } = history.state ?? {};
  if (sent && by === form.dataset.draft) return draft.restore(draft.of(sent.key) ?? sent);
  // Somebody was quicker than this script: what they typed is the draft.
  if (words.value !== words.defaultValue) return draft.keep();
  const kept = draft.newest;
  if (!("keep" in form.dataset) && kept) {
    draft.restore(kept);
    return notice("restored");
  }
  if (form.dataset.keep === "chosen" && kept?.affirmations?.trim()) notice("offered");
}

const does = {
  afresh() {
    undone = valuesOf(form);
    fill(form, fresh);
    changed();
    draft.drop(undone.key);
    notice("afresh");
  },
  restore() {
    undone = valuesOf(form);
    draft.restore(draft.newest);
    changed();
    notice("restored");
  },
  undo() {
    fill(form, undone);
    changed();
    notice();
  },
};
notices.addEventListener("click", ({ target }) => {
  const what = target.closest("[data-does]")?.dataset.does;
  if (!what) return;
  does[what]();
  showTile();
  form.querySelector("[name=course]:checked").focus();
});

// --- All together ----------------------------------------------------------------------------

function follow() {
  showFigures();
  showCourse();
  listening.follow();
  before = valuesOf(form);
}

form.addEventListener("studio:change", follow);
form.addEventListener("input", ({ target }) => {
  // A preset's own event comes after it has filled in the form.
  if (target.name === "course") return;
  // What is typed from here on would be lost by an undoing.
  if (["filled", "afresh"].includes(notices.dataset.now)) notices.classList.add("past");
  follow();
});

// A credit is spent by the button alone, never by an Enter in a field.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
});

start();
draft.watch();
form.addEventListener("submit", () =>
  history.replaceState({ sent: valuesOf(form), by: form.dataset.draft }, ""),
);
follow();
showTile();
// What was brought back has to be told anew what it comes to.
const asText = JSON.stringify;
if (asText(valuesOf(form)) !== asText(fresh)) changed();
// So has what the browser fills in by itself when one comes back to the page, after its scripts.
addEventListener("pageshow", () => asText(valuesOf(form)) !== asText(before) && changed());
