// Sizes and lengths in the page's language.

const language = document.documentElement.lang || undefined;

/** Bytes as in “12 MB” or “1.4 GB”; `file_size` of jobs/templatetags/sizes.py says the same. */
export function size(bytes) {
  const unit = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: unit[0],
    maximumFractionDigits: bytes >= 1e6 && bytes / unit[1] < 10 ? 1 : 0,
  }).format(bytes / unit[1]);
}

/** Seconds as in “40 min”. */
export function length(seconds) {
  return new Intl.NumberFormat(language, { style: "unit", unit: "minute" }).format(
    Math.round(seconds / 60),
  );
}

/** Seconds as on a clock: “1:05” or “1:01:05”. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const end = `${hours ? two(minutes) : minutes}:${two(whole % 60)}`;
  return hours ? `${hours}:${end}` : end;
}
