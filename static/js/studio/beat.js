// The drawn beat and the fields it stands for.

import { Course } from "./course.js";
import { drawnSmall } from "./drawing.js";
import { bandAt, facts } from "./facts.js";
import { fill, valuesOf } from "./form.js";
import { $, changed, form } from "./page.js";
import { marks } from "./quote.js";
import { constantBeat, pointsOf } from "./recipe.js";

$("chart").hidden = false;
export const course = new Course($("chart"), {
  changed(points) {
    $("curve-value").value = JSON.stringify(points);
    $("id_course_drawn").checked = true;
    showPoint();
    changed();
  },
  chosen: () => showPoint(),
  kept() {
    const { course, curve } = valuesOf(form);
    return { course, curve };
  },
  undone(kept) {
    fill(form, kept);
    changed();
    showPoint(true);
  },
});

/** Draw the beat as the form has it. */
export function showCourse() {
  const values = valuesOf(form);
  const hz = constantBeat(values);
  const points = pointsOf(values) ?? [
    [0, hz, "linear"],
    [1, hz, "linear"],
  ];
  showDrawn(values);
  course.show({ points, minutes: Number(values.duration_min) || 1, marks: marks() });
  showPoint();
}

/** The tile of one's own curve shows that curve, in the colour of the band in its middle. */
function showDrawn({ curve }) {
  const tile = $("drawn");
  tile.hidden = !curve;
  const points = pointsOf({ course: facts.words.drawn, curve });
  if (!points) return;
  const { path, hz } = drawnSmall(points);
  tile.querySelector("path").setAttribute("d", path);
  tile.className = tile.className.replace(/band-\S+/, `band-${bandAt(hz)[0]}`);
}

/** The chosen point in figures; `anyway` also in the field in which somebody is typing. */
function showPoint(anyway = false) {
  const [share, hz, curve] = course.points[course.chosen];
  const isEnd = course.chosen === 0 || course.chosen === course.points.length - 1;
  const show = (control, value) => {
    if (anyway || document.activeElement !== control) control.value = value;
  };
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
  $(id).addEventListener("focus", () => course.begin());
  $(id).addEventListener("blur", () => showPoint());
}
const does = {
  "point-add": () => course.addAfter(course.chosen),
  "point-remove": () => course.remove(course.chosen),
};
for (const [id, act] of Object.entries(does)) {
  $(id).addEventListener("click", () => {
    course.begin();
    act();
  });
}
$("course-undo").addEventListener("click", () => course.undo());
