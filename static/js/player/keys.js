// Keys for the player, wherever on the page one is, but never those that belong to something.

const STEP_S = 15;
const TYPED_IN = "input:not([type=range]), textarea, select, [contenteditable], audio";
const TAKES_ARROWS = `${TYPED_IN}, input`;
const TAKES_SPACE = `${TYPED_IN}, button, summary`;

/**
 * Space plays and pauses, arrows go back and forth, L loops, M mutes. Letters count inside of
 * `player` alone: who speaks to the computer types them unawares (WCAG 2.1.4).
 */
export function listenToKeys(sound, player) {
  const orders = {
    " ": () => sound.toggle(),
    ArrowLeft: () => sound.seek(sound.time_s - STEP_S),
    ArrowRight: () => sound.seek(sound.time_s + STEP_S),
    l: () => (sound.loop = !sound.loop),
    m: () => (sound.muted = !sound.muted),
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const order = orders[key.length === 1 ? key.toLowerCase() : key];
    if (!order || !sound.track || event.defaultPrevented) return;
    if (event.repeat && !key.startsWith("Arrow")) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (key.length === 1 && key !== " " && !player.contains(target)) return;
    const takes = key === " " ? TAKES_SPACE : key.length > 1 ? TAKES_ARROWS : TYPED_IN;
    if (target.closest(takes)) return;
    event.preventDefault();
    order();
  });
}
