// The beat over time as a picture: bands, the curve, the axis with the spoken lines on it.

import { Movement } from "../preview/curves.js";
import { facts } from "./facts.js";

const SVG = "http://www.w3.org/2000/svg";
const [LOW_HZ, HIGH_HZ] = facts.limits.hz;
const SIDE = 14;
const TOP = 8;
const FOOT = 34;
const STEPS = 240;
// Where the names of the bands end, from the right, and about how long they are.
const NAMES_END = 34;
const NAME_PX = 44;
// Distances between the figures under the picture, in minutes, and the least one on the screen.
const TICKS = [1, 2, 5, 10, 15, 20, 30];
const TICK_PX = 64;

/** Fills `svg`; `minutes` is how a figure on the axis reads, with `{n}` where the number goes. */
export class Drawing {
  #shades;
  #bands;
  #area;
  #ticks;
  #spoken;
  #needle;
  #curve;
  #place = 0;

  constructor(svg, { minutes }) {
    this.svg = svg;
    this.words = minutes;
    this.#shades = add(add(svg, "defs"), "linearGradient", {
      id: "shades",
      gradientUnits: "userSpaceOnUse",
      x1: 0,
      x2: 0,
    });
    this.#bands = classicalBands().map((band) => this.#addBand(band));
    this.#area = add(svg, "path", { class: "area" });
    this.#ticks = add(svg, "g", { class: "ticks" });
    this.#spoken = add(svg, "path", { class: "spoken" });
    this.#needle = add(svg, "line", { class: "needle", y1: TOP });
    this.#curve = add(svg, "path", { class: "curve" });
    // Above the curve, which would strike through the name of the band it runs in.
    add(svg, "g", { class: "names" }).append(...this.#bands.map(({ text }) => text));
    /** What lies over the picture. */
    this.front = add(svg, "g");
  }

  #addBand([key, name, high]) {
    const group = add(this.svg, "g", { class: `stripe band-${key}` });
    const rect = add(group, "rect");
    const text = add(group, "text");
    text.textContent = name;
    const stops = [0, 1].map(() => add(this.#shades, "stop", { class: `band-${key}` }));
    return { high: Math.min(high, HIGH_HZ), rect, text, stops };
  }

  // --- Where things are ----------------------------------------------------------------------

  x = (share) => SIDE + share * (this.width - 2 * SIDE);
  y = (hz) => TOP + (this.floor - TOP) * (1 - Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ));

  /** What lies under a pointer: `[share, hz]`. */
  under({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const rise = 1 - (clientY - top - TOP) / (this.floor - TOP);
    return [(clientX - left - SIDE) / (this.width - 2 * SIDE), LOW_HZ * (HIGH_HZ / LOW_HZ) ** rise];
  }

  // --- Drawing -------------------------------------------------------------------------------

  /** Draw all of it; false while there is no room. */
  draw({ points, minutes, marks }) {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!width) return false;
    Object.assign(this, { width, floor: height - FOOT });
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    this.#drawBands();
    this.#drawAxis(minutes, marks);
    this.#drawCurve(points);
    this.showPlace();
    return true;
  }

  /** Put the line that shows where one listens at `share` of the track. */
  showPlace(share = this.#place, isPlaying = this.#needle.classList.contains("playing")) {
    this.#place = share;
    this.#needle.classList.toggle("playing", isPlaying);
    if (!this.width) return;
    const x = this.x(share);
    set(this.#needle, { x1: x, x2: x, y2: this.floor + 12 });
  }

  #drawBands() {
    set(this.#shades, { y1: this.floor, y2: TOP });
    let from = LOW_HZ;
    for (const { high, rect, text, stops } of this.#bands) {
      const [top, bottom] = [this.y(high), this.y(from)];
      set(rect, { x: 0, width: this.width, y: top, height: bottom - top });
      set(text, { x: this.width - NAMES_END, y: (top + bottom) / 2 + 4 });
      const part = (y) => (this.floor - y) / (this.floor - TOP);
      // Colours blend around the border of two bands.
      set(stops[0], { offset: part(bottom) * 0.8 + part(top) * 0.2 });
      set(stops[1], { offset: part(bottom) * 0.2 + part(top) * 0.8 });
      from = high;
    }
  }

  #drawAxis(minutes, marks) {
    const apart = TICKS.find((step) => (minutes / step) * TICK_PX < this.width) ?? 60;
    this.#ticks.replaceChildren();
    for (let minute = 0; minute <= minutes; minute += apart) {
      const text = add(this.#ticks, "text", {
        x: this.x(minute / minutes),
        y: this.floor + 29,
      });
      text.textContent = minute ? this.words.replace("{n}", minute) : "0";
    }
    const spoken = marks.map(
      ([start]) => `M${this.x(start / 60 / minutes).toFixed(1)} ${this.floor + 3}v8`,
    );
    set(this.#spoken, { d: spoken.join("") });
  }

  #drawCurve(points) {
    const way = new Movement(points);
    const shares = [...Array(STEPS + 1).keys()].map((n) => n / STEPS);
    const jumps = points.flatMap(([share]) => [share - 1e-6, share]);
    const places = [...shares, ...jumps].filter((share) => share >= 0).sort((a, b) => a - b);
    const line = places.map(
      (share) => `${this.x(share).toFixed(1)} ${this.y(way.at(share)).toFixed(1)}`,
    );
    set(this.#curve, { d: `M${line.join("L")}` });
    const middle = (this.width - NAMES_END - NAME_PX / 2 - SIDE) / (this.width - 2 * SIDE);
    for (const { text } of this.#bands) {
      const apart = Math.abs(this.y(way.at(middle)) + 4 - text.getAttribute("y"));
      text.classList.toggle("crossed", apart < NAME_PX / 4);
    }
    set(this.#area, {
      d: `M${this.x(0)} ${this.floor}L${line.join("L")}L${this.x(1)} ${this.floor}Z`,
    });
  }
}

/** The bands without those that lie within another one. */
function classicalBands() {
  return facts.bands.filter(([, , high], n) => !n || high > facts.bands[n - 1][2]);
}

/** A course as the path of a small drawing, 100 by 32, and the beat in the middle of it. */
export function drawnSmall(points) {
  const way = new Movement(points);
  const beats = [...Array(41).keys()].map((n) => way.at(n / 40));
  const height = (hz) => 32 * (1 - Math.min(Math.max(Math.log(hz) / Math.log(30), 0), 1));
  const path = `M${beats.map((hz, n) => `${2.5 * n} ${height(hz).toFixed(1)}`).join("L")}`;
  return { path, hz: beats.sort((a, b) => a - b)[20] };
}

export function add(parent, name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  return parent.appendChild(made);
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
