// Reading the form as plain values, and filling it in with them.

const LEFT_OUT = "csrfmiddlewaretoken";

/** Every choice in the form: `{name: text}`, and for `beds` a list. */
export function valuesOf(form) {
  const values = { beds: [] };
  for (const [name, value] of new FormData(form)) {
    if (name === LEFT_OUT) continue;
    if (name === "beds") values.beds.push(value);
    else values[name] = value;
  }
  return values;
}

/** Put `values` into the form; what they do not name stays as it is. */
export function fill(form, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked = [value].flat().includes(control.value);
      } else {
        control.value = value ?? "";
      }
    }
  }
}
