// The named parts of a session, each a button that goes to where it begins.

const LEAST_ROOM_PX = 6;

/** Bring the buttons inside `names` to life; each says in `data-at` where its part begins. */
export function parts(names, sound) {
  const buttons = [...names.children];
  const share = (button) => parseFloat(button.dataset.at) / 100;
  for (const button of buttons) {
    button.style.setProperty("--at", button.dataset.at);
    button.addEventListener("click", () => sound.seek(share(button) * sound.duration_s));
  }

  // Where a name would run into the next one, they stand in a row.
  function place() {
    const fits = buttons.every((button, n) => {
      const room = n + 1 < buttons.length ? share(buttons[n + 1]) - share(button) : 1 - share(button);
      return button.offsetWidth + LEAST_ROOM_PX <= room * names.clientWidth;
    });
    names.classList.toggle("in-place", fits);
  }
  new ResizeObserver(place).observe(names);

  sound.addEventListener("progress-made", () => {
    const at = sound.time_s / sound.duration_s;
    const now = buttons.findLast((button) => share(button) <= at + 1e-5);
    for (const button of buttons) button.ariaCurrent = String(button === now);
  });
}
