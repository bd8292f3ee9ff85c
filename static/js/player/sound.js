// The sound of one track: a real audio element, so that it goes on with the screen locked, and
// what such an element lacks. It comes back by itself when its link has run out or the
// connection broke, remembers where it was, and its volume can be faded.

import { recall, remember } from "./memory.js";

// A track is taken up where it was left, but for its first and last moments.
const NOT_WORTH_REMEMBERING_S = 15;
const REMEMBER_EVERY_S = 5;
// Where what begins to play in one tab is told to the others.
const CHANNEL = "entrain.sound";
const RETRIES_MS = [0, 1000, 3000, 8000, 20_000];

/**
 * Events, besides those of the element: "progress-made" when place or state changed, "lost" and
 * "found" around an outage, "gone" when the recording is no longer stored.
 */
export class Sound extends EventTarget {
  #audio;
  #track = null;
  #wanted = false;
  #volume = recall("volume") ?? 1;
  #fade = 1;
  #failures = 0;
  #retry = 0;
  #remembered_s = 0;
  #others = null;

  constructor(audio) {
    super();
    this.#audio = audio;
    // On iOS the volume belongs to the device: what is set does not stick.
    audio.volume = 0.5;
    this.volumeIsOurs = audio.volume === 0.5;
    audio.volume = this.#volume;

    for (const type of ["timeupdate", "durationchange", "seeking", "volumechange", "play"])
      audio.addEventListener(type, () => this.#changed());
    audio.addEventListener("pause", () => this.#paused());
    audio.addEventListener("playing", () => this.#goesOn());
    audio.addEventListener("play", () => this.#others?.postMessage(null));
    audio.addEventListener("timeupdate", () => this.#rememberNowAndThen());
    audio.addEventListener("ended", () => this.#ended());
    // Also those of its sources, which do not bubble.
    audio.addEventListener("error", () => this.#failed(), true);
    window.addEventListener("online", () => this.#failures && this.#tryAgain());
    this.#meetOthers();
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#meetOthers());
    window.addEventListener("pagehide", () => {
      this.#rememberPlace();
      // A page with an open channel is not kept whole for the way back.
      this.#others?.close();
      this.#others = null;
    });
  }

  /** One tab plays: whoever begins pauses the others. */
  #meetOthers() {
    this.#others = new BroadcastChannel(CHANNEL);
    this.#others.onmessage = () => this.#wanted && this.pause();
  }

  /**
   * Take `track` up: {address, title, duration_s} and, where its sources are not in the page,
   * {sources: [{src, type}]}. `address` says which it is, and whether it is still stored. It
   * begins at `at_s`, or where it was left.
   */
  load(track, at_s = recall(`at.${track.address}`) ?? 0) {
    this.#rememberPlace();
    clearTimeout(this.#retry);
    this.#track = track;
    this.#failures = 0;
    if (track.sources) {
      this.#audio.replaceChildren(
        ...track.sources.map((source) => Object.assign(document.createElement("source"), source)),
      );
    }
    preferAppleFormat(this.#audio);
    this.#reload(at_s);
    this.#changed();
  }

  get track() {
    return this.#track;
  }
  /** Where it is, in seconds. */
  get time_s() {
    return this.#audio.currentTime;
  }
  get duration_s() {
    const known = this.#audio.duration;
    return Number.isFinite(known) ? known : (this.#track?.duration_s ?? 0);
  }
  /** Whether it plays, or would if it could. */
  get playing() {
    return this.#wanted;
  }

  async play() {
    this.#wanted = true;
    this.#changed();
    if (this.#failures) return this.#tryAgain();
    try {
      await this.#audio.play();
    } catch (error) {
      // The browser wants a gesture first. Everything else comes as an event.
      if (error.name === "NotAllowedError") this.pause();
    }
  }

  pause() {
    this.#wanted = false;
    this.#audio.pause();
    this.#changed();
  }

  toggle() {
    return this.#wanted ? this.pause() : this.play();
  }

  seek(time_s) {
    this.#audio.currentTime = Math.min(Math.max(time_s, 0), this.duration_s);
    this.#changed();
  }

  get loop() {
    return this.#audio.loop;
  }
  set loop(on) {
    this.#audio.loop = on;
    this.#changed();
  }

  get muted() {
    return this.#audio.muted;
  }
  set muted(on) {
    this.#audio.muted = on;
  }

  /** As the person set it, 0 to 1. */
  get volume() {
    return this.#volume;
  }
  set volume(volume) {
    this.#volume = Math.min(Math.max(volume, 0), 1);
    remember("volume", this.#volume);
    this.#audio.muted = false;
    this.#setVolume();
  }

  /** A second volume, 0 to 1, for fading out. */
  set fade(fade) {
    this.#fade = fade;
    this.#setVolume();
  }

  #setVolume() {
    this.#audio.volume = this.#volume * this.#fade;
  }

  #paused() {
    // The system's own controls, unplugged headphones, a call. At the end, and when it failed,
    // it pauses as well.
    const { paused, ended, error } = this.#audio;
    if (paused && !ended && !error) this.#wanted = false;
    this.#rememberPlace();
    this.#changed();
  }

  #ended() {
    this.#wanted = false;
    this.#rememberPlace();
    this.#changed();
  }

  #goesOn() {
    if (this.#failures) this.dispatchEvent(new Event("found"));
    this.#failures = 0;
    this.#changed();
  }

  #rememberNowAndThen() {
    if (Math.abs(this.time_s - this.#remembered_s) >= REMEMBER_EVERY_S) this.#rememberPlace();
  }

  #rememberPlace() {
    if (!this.#track || this.#audio.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    const at_s = (this.#remembered_s = this.time_s);
    const left_s = this.duration_s - at_s;
    const worth = Math.min(at_s, left_s) > NOT_WORTH_REMEMBERING_S;
    remember(`at.${this.#track.address}`, worth ? Math.round(at_s) : null);
  }

  /** Ask for the file anew; the site then leads to it by a new link. */
  #reload(at_s) {
    this.#audio.load();
    if (at_s) this.#audio.currentTime = at_s;
    if (this.#wanted) this.#audio.play().catch(() => {});
  }

  #failed() {
    const { error, networkState } = this.#audio;
    // One source of several is no loss.
    if (!error && networkState !== HTMLMediaElement.NETWORK_NO_SOURCE) return;
    clearTimeout(this.#retry);
    const wait = RETRIES_MS[Math.min(this.#failures, RETRIES_MS.length - 1)];
    this.#failures += 1;
    if (this.#failures > 1) this.dispatchEvent(new Event("lost"));
    this.#retry = setTimeout(() => this.#tryAgain(), wait);
  }

  async #tryAgain() {
    clearTimeout(this.#retry);
    const track = this.#track;
    const at_s = this.time_s;
    const answer = await fetch(track.address, { method: "HEAD", redirect: "manual" }).catch(
      () => null,
    );
    if (track !== this.#track) return;
    if (answer?.status === 410) {
      this.#wanted = false;
      this.dispatchEvent(new Event("gone"));
      this.#changed();
    } else this.#reload(at_s);
  }

  #changed() {
    this.dispatchEvent(new Event("progress-made"));
  }
}

// Where media can go to AirPlay, Apple's own player plays: it takes M4A best.
function preferAppleFormat(audio) {
  if (!("webkitShowPlaybackTargetPicker" in audio)) return;
  const m4a = [...audio.children].find((source) => source.type.startsWith("audio/mp4"));
  if (m4a) audio.prepend(m4a);
}
