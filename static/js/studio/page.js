// The form and what its modules share.

export const $ = (id) => document.getElementById(id);
export const form = $("studio");
export const words = $("id_affirmations");

const figures = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
/** A number as it is written in the page's language. */
export const figure = (number) => figures.format(number);

/** Tell of a change that no event of a control tells of; everything follows. */
export function changed() {
  form.dispatchEvent(new CustomEvent("studio:change", { bubbles: true }));
}

/** Of what `box` can say, `[data-says]`, say one thing, or nothing. */
export function say(box, which = "") {
  box.hidden = !which;
  box.dataset.now = which;
  for (const says of box.querySelectorAll("[data-says]")) {
    says.hidden = says.dataset.says !== which;
  }
}

/** The label of what the track is for. */
export const nameOfCourse = () => form.querySelector("[name=course]:checked ~ .name").textContent;
