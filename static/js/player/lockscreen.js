// The controls outside the page: lock screen, headphones, keys of the keyboard for media.

const STEP_S = 15;

/** Show what plays there, and take its orders. */
export function showOnLockScreen(sound) {
  const session = navigator.mediaSession;
  if (!session) return;
  const orders = {
    play: () => sound.play(),
    pause: () => sound.pause(),
    stop: () => sound.pause(),
    seekbackward: ({ seekOffset }) => sound.seek(sound.time_s - (seekOffset || STEP_S)),
    seekforward: ({ seekOffset }) => sound.seek(sound.time_s + (seekOffset || STEP_S)),
    seekto: ({ seekTime }) => sound.seek(seekTime),
  };
  for (const [action, order] of Object.entries(orders)) {
    try {
      session.setActionHandler(action, order);
    } catch {
      // An action that this browser does not know.
    }
  }

  let shown = null;
  sound.addEventListener("progress-made", () => {
    if (!sound.track) return;
    if (shown !== sound.track) {
      shown = sound.track;
      const { title, artist, cover } = shown;
      const picture = new URL(`${cover}?as=png`, location.href).href;
      const artwork = cover ? [{ src: picture, type: "image/png" }] : [];
      session.metadata = new MediaMetadata({ title, artist, artwork });
    }
    session.playbackState = sound.playing ? "playing" : "paused";
    const { duration_s: duration, time_s } = sound;
    if (duration > 0) session.setPositionState?.({ duration, position: Math.min(time_s, duration) });
  });
}
