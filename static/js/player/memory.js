// What this browser remembers; one that refuses to remember is no error.

export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(`entrain.${key}`));
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(`entrain.${key}`);
    else localStorage.setItem(`entrain.${key}`, JSON.stringify(value));
  } catch {
    // Private windows, or a full store.
  }
}
