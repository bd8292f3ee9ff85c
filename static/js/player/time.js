// Moments of a track, for the eye and for the ear.

/** Seconds as on a clock: "12:05", "1:02:05". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Seconds as one says them in the page's language: "12 minutes 5 seconds". */
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    ["hour", Math.floor(whole / 3600)],
    ["minute", Math.floor(whole / 60) % 60],
    ["second", whole % 60],
  ].filter(([, n]) => n);
  const language = document.documentElement.lang;
  const say = ([unit, n]) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(n);
  const list = new Intl.ListFormat(language, { type: "unit", style: "narrow" });
  return list.format((parts.length ? parts : [["second", 0]]).map(say));
}

/** `pattern` with its names in braces filled in: "{at} of {length}". */
export function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
