// A button that plays a recipe, and stops it:
//
//     <button type="button" data-preview="#recipe" data-play="Listen" data-stop="Stop"
//             data-failed="This browser cannot play it">Listen</button>
//     {{ recipe|json_script:"recipe" }}
//
// Its words are put into its `[data-label]`, or into itself where there is none. What plays is
// loaded with the first press. Only one button sounds at a time.

let sounding = null;

for (const button of document.querySelectorAll("button[data-preview]")) {
  button.setAttribute("aria-pressed", "false");
  button.hidden = false;
  button.addEventListener("click", () => press(button));
}

async function press(button) {
  if (sounding?.button === button) return stop();
  stop();
  show(button, true);
  const mine = (sounding = { button });
  try {
    const { Preview } = await import("./preview.js");
    if (sounding !== mine) return;
    mine.preview = button.preview ??= makePreview(button, Preview);
    await mine.preview.play(JSON.parse(document.querySelector(button.dataset.preview).textContent));
  } catch (error) {
    if (sounding === mine) stop();
    if (button.dataset.failed) labelOf(button).textContent = button.dataset.failed;
    throw error;
  }
}

function makePreview(button, Preview) {
  const preview = new Preview();
  preview.on("end", () => sounding?.button === button && stop());
  return preview;
}

function stop() {
  if (!sounding) return;
  const { button, preview } = sounding;
  sounding = null;
  preview?.stop();
  show(button, false);
}

function show(button, isPlaying) {
  button.setAttribute("aria-pressed", String(isPlaying));
  const words = isPlaying ? button.dataset.stop : button.dataset.play;
  if (words) labelOf(button).textContent = words;
}

const labelOf = (button) => button.querySelector("[data-label]") ?? button;
