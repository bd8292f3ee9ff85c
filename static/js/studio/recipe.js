// The track spec that the form asks for. The server makes the same of it, see `jobs/studio/recipe.py`;
// a test holds the two together.

import { facts } from "./facts.js";
import { valuesOf } from "./form.js";

// What Python calls white space.
const SPACE = /[\s\x1c-\x1f\x85]+/g;

export function recipeOf(form) {
  const values = valuesOf(form);
  const { parts, duration_s } = filledIn(values);
  const lines = linesOf(values.affirmations);
  const { beat_hz, phases } = courseOf(values, duration_s);
  const isSilent = values.beat_kind === facts.words.none;
  return {
    ...facts.track,
    ...parts.track,
    title: folded(values.title) || suggestedTitle(lines),
    duration_s,
    beats: isSilent ? [] : [{ ...parts.beats[0], beat_hz }],
    beds: Object.keys(parts.beds)
      .filter((key) => values.beds.includes(key))
      .map((key) => parts.beds[key]),
    speech: { ...parts.speech, lines: lines.map(folded) },
    phases: isSilent ? [] : phases,
    seed: parseInt(values.key.slice(0, 8), 16) || 0,
  };
}

/** The parts of a spec with the fields of the form in their places. */
function filledIn(values) {
  const { beat, beds, speech } = structuredClone(facts);
  const parts = { beats: { 0: beat }, beds, speech, track: {} };
  for (const [name, [path, per]] of Object.entries(facts.fields)) {
    const text = values[name]?.trim();
    if (!text) continue;
    const [last, ...way] = path.split(".").reverse();
    const part = way.length ? way.reduceRight((part, step) => part[step], parts) : parts.track;
    if (per === null) part[last] = text;
    else if (Number.isFinite(Number(text))) part[last] = Number(text) / per;
  }
  const { duration_min = 0 } = parts.track;
  delete parts.track.duration_min;
  return { parts, duration_s: duration_min * 60 };
}

function courseOf(values, duration_s) {
  const points = pointsOf(values);
  if (!points) return { beat_hz: constantBeat(values), phases: [] };
  const beat_hz = points.map(([share, hz, curve]) => [share * duration_s, hz, curve]);
  const { phases = [] } = facts.presets[values.course] ?? {};
  return {
    beat_hz,
    phases: phases.map(([name, share]) => ({ name, start_s: share * duration_s })),
  };
}

/** The points of the course, `[share, hz, curve]`; none where the beat stands still. */
export function pointsOf({ course, curve }) {
  if (course === facts.words.constant) return null;
  if (course !== facts.words.drawn) return facts.presets[course].points;
  try {
    const points = JSON.parse(curve);
    return points.length > 1 && points.every((point) => point.length === 3) ? points : null;
  } catch {
    return null;
  }
}

/** The beat that stands still, in Hz. */
export function constantBeat({ band, beat_hz }) {
  return facts.beats[band] ?? (Number(beat_hz) || 10);
}

function linesOf(text = "") {
  return text.split(/\r\n|\r|\n/).filter((line) => folded(line));
}

/** Equal words are equal text. */
function folded(text = "") {
  return text.normalize("NFC").replace(SPACE, " ").trim();
}

/** The first line, as far as it makes a title. */
export function suggestedTitle(lines) {
  const letters = Array.from(folded(lines[0]));
  let title = letters.join("");
  if (letters.length > facts.title_chars) {
    title = letters.slice(0, facts.title_chars).join("");
    title = title.slice(0, Math.max(0, title.lastIndexOf(" "))) || title;
  }
  return title.replace(/[ .,;:]+$/, "");
}

export const titleFrom = (text) => suggestedTitle(linesOf(text));
