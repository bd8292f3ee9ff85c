// What stands beside the fields: figures of the faders, a count of lines, shortcuts, the ticket.

import { facts } from "./facts.js";
import { valuesOf } from "./form.js";
import { $, changed, form, nameOfCourse, words } from "./page.js";
import { titleFrom } from "./recipe.js";

/** Let everything tell of the form as it stands. */
export function showFigures() {
  showFaders();
  showWords();
  showSounds();
  showShortcuts();
  showBrief();
}

function showFaders() {
  for (const output of form.querySelectorAll("output[data-unit]")) {
    const slider = $(output.htmlFor.value);
    const text = `${slider.value.replace("-", "\u2212")} ${output.dataset.unit}`;
    output.textContent = text.trim();
    slider.setAttribute("aria-valuetext", text.trim());
    slider.style.setProperty("--at", (slider.value - slider.min) / (slider.max - slider.min));
  }
  for (const now of form.querySelectorAll("[data-shows]")) {
    now.textContent =
      form.querySelector(`[name="${now.dataset.shows}"]:checked`)?.dataset.label ?? "";
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

/** Once as many sounds are chosen as there may be, the others wait. */
function showSounds() {
  const boxes = [...form.querySelectorAll("[name=beds]")];
  const isFull = boxes.filter((box) => box.checked).length >= facts.limits.beds;
  for (const box of boxes) box.disabled = isFull && !box.checked;
  $("sounds-full").hidden = !isFull;
}

/** Where the presets stand in a row that is wider than the window, the chosen one is in it. */
export function showTile() {
  const row = form.querySelector(".preset-row");
  const tile = row.querySelector(":checked").parentElement;
  row.scrollBy({ left: tile.getBoundingClientRect().left - row.getBoundingClientRect().left - 20 });
}

/** What the track is, on its ticket. */
function showBrief() {
  const length = $("id_duration_min");
  const told = [nameOfCourse()];
  if (length.validity.valid) told.push($("chart").dataset.minutes.replace("{n}", length.value));
  $("brief").hidden = false;
  $("brief").querySelector(".name").textContent = $("id_title").value || $("id_title").placeholder;
  $("brief").querySelector(".facts").textContent = told.join(" · ");
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
      button.ariaPressed = String(button.value === pressedIn(row, $(field).value));
    }
  }
}

/** Which button stands for a value: of lengths that very one, of what is heard the nearest. */
function pressedIn(row, value) {
  if (row === "minutes") return value;
  const apart = ({ value: level }) => Math.abs(level - value);
  return [...$(row).querySelectorAll("button")].sort((a, b) => apart(a) - apart(b))[0].value;
}
