// The beat over time, drawn: bands behind it, points to move, spoken lines on the same axis.

import { Movement } from "../preview/curves.js";
import { bandAt, facts } from "./facts.js";

const SVG = "http://www.w3.org/2000/svg";
const [LOW_HZ, HIGH_HZ] = facts.limits.hz;
const [, MOST_POINTS] = facts.limits.points;
const SIDE = 14;
const TOP = 8;
const FOOT = 34;
const LEAST_APART = 0.004;
const STEPS = 240;
// Distances between the figures under the drawing, in minutes.
const TICKS = [1, 2, 5, 10, 15, 20, 30];

/**
 * Draws `points` (`[share, hz, curve]`) into an SVG and lets a person move them; calls
 * `changed(points)` for every movement and `chosen(number)` when another one is taken up.
 */
export class Course {
  points = [[0, 10, "smooth"], [1, 10, "linear"]];
  minutes = 40;
  marks = [];
  chosen = 0;
  #handles = [];

  constructor(chart, { changed, chosen }) {
    this.chart = chart;
    this.svg = chart.querySelector("svg");
    this.tell = { changed, chosen };
    this.#build();
    new ResizeObserver(() => this.draw()).observe(this.svg);
    this.svg.addEventListener("dblclick", (event) => this.#addAtPointer(event));
  }

  show({ points, minutes = this.minutes, marks = this.marks }) {
    Object.assign(this, { points: structuredClone(points), minutes, marks });
    this.chosen = Math.min(this.chosen, points.length - 1);
    this.draw();
  }

  /** Move the line that shows where one listens. */
  showPlace(share, isPlaying) {
    this.place = share;
    if (!this.width) return;
    const x = this.#x(share);
    set(this.needle, { x1: x, x2: x });
    this.needle.classList.toggle("playing", isPlaying);
  }

  // --- Where things are ----------------------------------------------------------------------

  #x = (share) => SIDE + share * (this.width - 2 * SIDE);
  #y = (hz) => TOP + (this.floor - TOP) * (1 - Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ));
  #share = (x) => (x - SIDE) / (this.width - 2 * SIDE);
  #hz = (y) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** (1 - (y - TOP) / (this.floor - TOP));

  #at({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return [this.#share(clientX - box.left), this.#hz(clientY - box.top)];
  }

  // --- Drawing ---------------------------------------------------------------------------------

  #build() {
    const { svg } = this;
    const shades = add(add(svg, "defs"), "linearGradient", { id: "shades", gradientUnits: "userSpaceOnUse", x1: 0, x2: 0 });
    let low = LOW_HZ;
    this.bands = facts.bands.filter(([, , high]) => {
      const isNew = high > low;
      low = Math.max(low, high);
      return isNew;
    }).map(([key, name, high]) => {
      const group = add(svg, "g", { class: `stripe band-${key}` });
      const band = { high: Math.min(high, HIGH_HZ), rect: add(group, "rect"), name: add(group, "text") };
      band.stops = [0, 1].map(() => add(shades, "stop", { class: `band-${key}` }));
      band.name.textContent = name;
      return band;
    });
    this.shades = shades;
    this.area = add(svg, "path", { class: "area" });
    this.ticks = add(svg, "g", { class: "ticks" });
    this.lines = add(svg, "path", { class: "spoken" });
    this.needle = add(svg, "line", { class: "needle", y1: TOP });
    this.curve = add(svg, "path", { class: "curve" });
    this.handles = add(svg, "g");
  }

  draw() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!width) return;
    Object.assign(this, { width, height, floor: height - FOOT });
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    this.#drawBands();
    this.#drawAxis();
    this.#drawCurve();
    this.#drawHandles();
    set(this.needle, { y2: this.floor + 12 });
    this.showPlace(this.place ?? 0, this.needle.classList.contains("playing"));
  }

  #drawBands() {
    set(this.shades, { y1: this.floor, y2: TOP });
    let from = LOW_HZ;
    for (const { high, rect, name, stops } of this.bands) {
      const [top, bottom] = [this.#y(high), this.#y(from)];
      set(rect, { x: 0, width: this.width, y: top, height: bottom - top });
      set(name, { x: this.width - 34, y: (top + bottom) / 2 + 4 });
      const part = (y) => (this.floor - y) / (this.floor - TOP);
      // Colours blend around the border of two bands.
      set(stops[0], { offset: part(bottom) * 0.8 + part(top) * 0.2 });
      set(stops[1], { offset: part(bottom) * 0.2 + part(top) * 0.8 });
      from = high;
    }
  }

  #drawAxis() {
    const apart = TICKS.find((step) => (this.minutes / step) * 64 < this.width) ?? 60;
    this.ticks.replaceChildren();
    for (let minute = 0; minute <= this.minutes; minute += apart) {
      const text = add(this.ticks, "text", { x: this.#x(minute / this.minutes), y: this.floor + 29 });
      text.textContent = minute ? this.chart.dataset.minutes.replace("{n}", minute) : "0";
    }
    const spoken = this.marks.map(([start]) => `M${this.#x(start / 60 / this.minutes).toFixed(1)} ${this.floor + 3}v8`);
    set(this.lines, { d: spoken.join("") });
  }

  #drawCurve() {
    const way = new Movement(this.points);
    const shares = [...Array(STEPS + 1).keys()].map((n) => n / STEPS);
    const jumps = this.points.flatMap(([share]) => [share - 1e-6, share]);
    const places = [...shares, ...jumps].filter((share) => share >= 0).sort((a, b) => a - b);
    const line = places.map((share) => `${this.#x(share).toFixed(1)} ${this.#y(way.at(share)).toFixed(1)}`);
    set(this.curve, { d: `M${line.join("L")}` });
    set(this.area, { d: `M${this.#x(0)} ${this.floor}L${line.join("L")}L${this.#x(1)} ${this.floor}Z` });
  }

  #drawHandles() {
    while (this.#handles.length > this.points.length) this.#handles.pop().remove();
    while (this.#handles.length < this.points.length) this.#handles.push(this.#makeHandle(this.#handles.length));
    this.#handles.forEach((handle, n) => {
      const [share, hz] = this.points[n];
      set(handle, {
        class: `handle band-${bandAt(hz)[0]}${n === this.chosen ? " chosen" : ""}`,
        transform: `translate(${this.#x(share)} ${this.#y(hz)})`,
        "aria-label": this.chart.dataset.name.replace("{n}", n + 1).replace("{all}", this.points.length),
        "aria-valuenow": hz,
        "aria-valuetext": this.inWords(n),
      });
    });
  }

  /** A point as in “minute 12, 6 Hz, theta”. */
  inWords(n) {
    const [share, hz] = this.points[n];
    return this.chart.dataset.value
      .replace("{minute}", Math.round(share * this.minutes * 10) / 10)
      .replace("{hz}", hz)
      .replace("{band}", bandAt(hz)[1]);
  }

  // --- Moving points ------------------------------------------------------------------------------

  #makeHandle(n) {
    const handle = add(this.handles, "g", {
      role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-valuemin": LOW_HZ, "aria-valuemax": HIGH_HZ,
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
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const move = (event) => this.move(n, ...this.#at(event));
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
    does();
  }

  /** Put a point elsewhere, as far as its neighbours and the limits let it; ends keep their time. */
  move(n, share, hz) {
    const last = this.points.length - 1;
    const [before, , curve] = this.points[n];
    if (n === 0 || n === last) share = before;
    else share = within(share, this.points[n - 1][0] + LEAST_APART, this.points[n + 1][0] - LEAST_APART);
    this.points[n] = [rounded(share, 6), rounded(within(hz, LOW_HZ, HIGH_HZ), 1), curve];
    this.#changed();
  }

  setCurve(n, curve) {
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
    const [share, hz] = this.#at(event);
    if (share > 0 && share < 1) this.#add(share, hz);
  }

  #add(share, hz) {
    const n = this.points.findIndex((point) => point[0] > share);
    const room = n > 0 && Math.min(share - this.points[n - 1][0], this.points[n][0] - share);
    if (this.points.length >= MOST_POINTS || !(room >= LEAST_APART)) return;
    this.points.splice(n, 0, [rounded(share, 6), rounded(within(hz, LOW_HZ, HIGH_HZ), 1), this.points[n - 1][2]]);
    this.#changed();
    this.#handles[n].focus();
    this.say(this.chart.dataset.added.replace("{value}", this.inWords(n)));
  }

  /** Take a point away; the two ends stay. */
  remove(n) {
    if (n === 0 || n === this.points.length - 1) return;
    this.points.splice(n, 1);
    this.#changed();
    this.#handles[n - 1].focus();
    this.say(this.chart.dataset.removed);
  }

  say(words) {
    this.chart.querySelector("#course-says").textContent = words;
  }

  #changed() {
    this.draw();
    this.tell.changed(this.points);
  }
}

/** A course as the path of a small drawing, 100 by 32, and the beat in the middle of it. */
export function drawnSmall(points) {
  const way = new Movement(points);
  const beats = [...Array(41).keys()].map((n) => way.at(n / 40));
  const height = (hz) => 32 * (1 - within(Math.log(hz) / Math.log(30), 0, 1));
  const path = `M${beats.map((hz, n) => `${2.5 * n} ${height(hz).toFixed(1)}`).join("L")}`;
  return { path, hz: beats.sort((a, b) => a - b)[20] };
}

const within = (value, low, high) => Math.max(low, Math.min(value, high));
const rounded = (value, digits) => Number(value.toFixed(digits));

function add(parent, name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  return parent.appendChild(made);
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
