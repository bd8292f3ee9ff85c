// The beat over time, for a person to draw: points to move, add and take away.

import { Movement } from "../preview/curves.js";
import { Drawing, add, set } from "./drawing.js";
import { bandAt, facts } from "./facts.js";
import { figure } from "./page.js";

const [LOW_HZ, HIGH_HZ] = facts.limits.hz;
const [, MOST_POINTS] = facts.limits.points;
// As a share of the track.
const LEAST_APART = 0.004;

/**
 * Shows `points` (`[share, hz, curve]`) in an SVG and lets a person move them; calls
 * `changed(points)` for every movement and `chosen(number)` when another one is taken up.
 *
 * What is done can be undone, act by act: `kept()` gives what to keep beside the points, and
 * `undone(kept)` gets it back.
 */
export class Course {
  points = [
    [0, 10, "smooth"],
    [1, 10, "linear"],
  ];
  minutes = 40;
  marks = [];
  chosen = 0;
  #handles = [];
  #past = [];
  #isNewAct = true;

  constructor(chart, tell) {
    this.chart = chart;
    this.tell = tell;
    const svg = chart.querySelector("svg");
    this.drawing = new Drawing(svg, chart.dataset);
    new ResizeObserver(() => this.draw()).observe(svg);
    svg.addEventListener("dblclick", (event) => this.#addAtPointer(event));
    chart.addEventListener("keydown", (event) => this.#pressUndo(event));
  }

  show({ points, minutes = this.minutes, marks = this.marks }) {
    // Another course: what was done to the one before is not to be undone here.
    if (JSON.stringify(points) !== JSON.stringify(this.points)) this.#forget();
    Object.assign(this, { points: structuredClone(points), minutes, marks });
    this.chosen = Math.min(this.chosen, points.length - 1);
    this.draw();
  }

  draw() {
    if (this.drawing.draw(this)) this.#drawHandles();
  }

  #drawHandles() {
    while (this.#handles.length > this.points.length) this.#handles.pop().remove();
    while (this.#handles.length < this.points.length)
      this.#handles.push(this.#makeHandle(this.#handles.length));
    this.#handles.forEach((handle, n) => {
      const [share, hz] = this.points[n];
      set(handle, {
        class: `handle band-${bandAt(hz)[0]}${n === this.chosen ? " chosen" : ""}`,
        transform: `translate(${this.drawing.x(share)} ${this.drawing.y(hz)})`,
        "aria-label": this.chart.dataset.name
          .replace("{n}", n + 1)
          .replace("{all}", this.points.length),
        "aria-valuenow": hz,
        "aria-valuetext": this.inWords(n),
      });
    });
  }

  /** A point as in “minute 12, 6 Hz, theta”. */
  inWords(n) {
    const [share, hz] = this.points[n];
    return this.chart.dataset.value
      .replace("{minute}", figure(Math.round(share * this.minutes * 10) / 10))
      .replace("{hz}", figure(hz))
      .replace("{band}", bandAt(hz)[1]);
  }

  // --- Moving points ------------------------------------------------------------------------------

  #makeHandle(n) {
    const handle = add(this.drawing.front, "g", {
      role: "slider",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-valuemin": LOW_HZ,
      "aria-valuemax": HIGH_HZ,
    });
    add(handle, "circle", { class: "reach", r: 22 });
    add(handle, "circle", { class: "ring", r: 13 });
    add(handle, "circle", { class: "dot", r: 7 });
    handle.addEventListener("pointerdown", (event) => this.#drag(event, n));
    // A finger that drags a point does not scroll; `touch-action` alone is not enough within SVG.
    handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    handle.addEventListener("focus", () => this.choose(n));
    handle.addEventListener("keydown", (event) => this.#press(event, n));
    return handle;
  }

  choose(n) {
    this.chosen = n;
    this.#drawHandles();
    this.tell.chosen(n);
  }

  #drag(event, n) {
    const handle = this.#handles[n];
    event.preventDefault();
    this.begin();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const move = (event) => this.move(n, ...this.drawing.under(event));
    const end = () => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("lostpointercapture", end);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end);
  }

  #press(event, n) {
    const [share, hz] = this.points[n];
    const far = event.shiftKey ? 10 : 1;
    const minute = far / 2 / this.minutes;
    const does = {
      ArrowUp: () => this.move(n, share, hz + far / 10),
      ArrowDown: () => this.move(n, share, hz - far / 10),
      ArrowRight: () => this.move(n, share + minute, hz),
      ArrowLeft: () => this.move(n, share - minute, hz),
      PageUp: () => this.move(n, share, hz + 1),
      PageDown: () => this.move(n, share, hz - 1),
      Home: () => this.move(n, share, LOW_HZ),
      End: () => this.move(n, share, HIGH_HZ),
      Enter: () => this.addAfter(n),
      Delete: () => this.remove(n),
      Backspace: () => this.remove(n),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) this.begin();
    does();
  }

  /** Put a point elsewhere, as far as its neighbours and the limits let it; ends keep their time. */
  move(n, share, hz) {
    const last = this.points.length - 1;
    const [before, , curve] = this.points[n];
    if (n === 0 || n === last) share = before;
    else
      share = within(
        share,
        this.points[n - 1][0] + LEAST_APART,
        this.points[n + 1][0] - LEAST_APART,
      );
    const moved = [rounded(share, 6), rounded(within(hz, LOW_HZ, HIGH_HZ), 1), curve];
    if (String(moved) === String(this.points[n])) return;
    this.#keep();
    this.points[n] = moved;
    this.#changed();
  }

  setCurve(n, curve) {
    this.#keep();
    this.points[n][2] = curve;
    this.#changed();
  }

  /** Add a point halfway to the next one, on the curve; after the last, before it. */
  addAfter(n) {
    const from = Math.min(n, this.points.length - 2);
    const share = (this.points[from][0] + this.points[from + 1][0]) / 2;
    return this.#add(share, new Movement(this.points).at(share));
  }

  #addAtPointer(event) {
    this.begin();
    const [share, hz] = this.drawing.under(event);
    if (share > 0 && share < 1) this.#add(share, hz);
  }

  #add(share, hz) {
    const n = this.points.findIndex((point) => point[0] > share);
    const room = n > 0 && Math.min(share - this.points[n - 1][0], this.points[n][0] - share);
    if (this.points.length >= MOST_POINTS || !(room >= LEAST_APART)) return;
    this.#keep();
    this.points.splice(n, 0, [
      rounded(share, 6),
      rounded(within(hz, LOW_HZ, HIGH_HZ), 1),
      this.points[n - 1][2],
    ]);
    this.#changed();
    this.#handles[n].focus();
    this.say(this.chart.dataset.added.replace("{value}", this.inWords(n)));
  }

  /** Take a point away; the two ends stay. */
  remove(n) {
    if (n === 0 || n === this.points.length - 1) return;
    this.#keep();
    this.points.splice(n, 1);
    this.#changed();
    this.#handles[n - 1].focus();
    this.say(this.chart.dataset.removed);
  }

  /** Tell what was done. */
  say(words) {
    this.chart.querySelector("#course-says").textContent = words;
  }

  // --- Undoing ------------------------------------------------------------------------------------

  /** What comes next is an act of its own; more of the same, as in a drag, belongs to it. */
  begin() {
    this.#isNewAct = true;
    this.say("");
  }

  #keep() {
    if (!this.#isNewAct) return;
    this.#isNewAct = false;
    const { points, chosen } = this;
    this.#past.push({ points: structuredClone(points), chosen, kept: this.tell.kept() });
    this.#offerUndo();
  }

  #offerUndo() {
    this.chart.querySelector("#course-undo").hidden = !this.#past.length;
  }

  undo() {
    this.begin();
    if (!this.#past.length) return;
    const { points, chosen, kept } = this.#past.pop();
    this.#offerUndo();
    Object.assign(this, { points, chosen });
    this.draw();
    this.tell.undone(kept);
    // In the field of a figure one stays; a point, or the button just pressed, may be gone.
    if (!document.activeElement.matches("input, select")) this.#handles[chosen].focus();
  }

  #pressUndo(event) {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    // The browser would undo what was typed last, wherever that is.
    event.preventDefault();
    if (!event.shiftKey) this.undo();
  }

  #forget() {
    this.#past = [];
    this.#offerUndo();
    this.begin();
  }

  #changed() {
    this.draw();
    this.tell.changed(this.points);
  }
}

const within = (value, low, high) => Math.max(low, Math.min(value, high));
const rounded = (value, digits) => Number(value.toFixed(digits));
