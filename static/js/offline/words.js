// Sizes and lengths in the page's language.

const language = document.documentElement.lang || undefined;

/** Bytes as in “12 MB”. */
export function size(bytes) {
  const unit = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: unit[0],
    maximumFractionDigits: bytes < 1e9 ? 0 : 1,
  }).format(bytes / unit[1]);
}

/** Seconds as in “40 min”. */
export function length(seconds) {
  return new Intl.NumberFormat(language, { style: "unit", unit: "minute" }).format(
    Math.round(seconds / 60),
  );
}
