// Hear a recipe before it is rendered: the whole mix, played in the browser.
//
//     const preview = new Preview();
//     await preview.play(spec, { at_s: 600 });   // from a click: browsers ask for one
//     preview.update(spec);                      // follows at once, without a click
//     preview.on("time", (seconds) => …);        // also "play", "stop", "end"
//     preview.stop();
//
// `spec` is a track spec as the engine defines it in `audio/spec.py`; what it leaves out takes the
// engine's defaults. Two options tell `play` and `update` of the words: `marks`, the spoken lines
// as `[start_s, stop_s]` each, and `voice`, the address of a sample that is heard in their place;
// without one it is a hum.

import { Movement } from "./curves.js";
import { completed } from "./defaults.js";
import { gainOf } from "./loudness.js";
import { sampleOf } from "./voice.js";

const WORKLET = new URL("./worklet.js", import.meta.url);
const STEREO = { numberOfInputs: 0, outputChannelCount: [2] };

export class Preview {
  #listeners = new Map();
  #context;
  #node;
  #order;
  #voice = null;
  #spoken;

  /** Whether it sounds, or is about to. */
  playing = false;
  /** The node that sounds, for whoever wants to look at the sound. */
  output = null;

  /** Start, or jump to another place; resolves once the sound is on its way. */
  async play(spec, { at_s = 0, marks = [], voice = null } = {}) {
    this.#order = { ...ordered(spec, marks), from_s: at_s };
    this.playing = true;
    try {
      // Made and woken within the click, or browsers keep it silent.
      this.#context ??= newContext();
      const awake = this.#context.resume();
      [this.output] = await Promise.all([(this.#node ??= this.#makeNode()), awake]);
    } catch (error) {
      this.playing = false;
      this.#node = null;
      this.#tell("stop");
      throw error;
    }
    if (!this.playing) return;
    this.#speakWith(voice);
    this.output.port.postMessage({ do: "play", ...this.#order });
    this.#tell("play");
  }

  /** Sound like `spec` from now on, where the track is. */
  update(spec, { marks = this.#order?.marks ?? [], voice = this.#voice } = {}) {
    this.#order = { ...this.#order, ...ordered(spec, marks) };
    if (!this.playing) return;
    this.#speakWith(voice);
    this.output?.port.postMessage({ do: "update", ...this.#order });
  }

  /** Fade out. */
  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.output?.port.postMessage({ do: "stop" });
    this.#tell("stop");
  }

  /** Call `listener` on every `event`; answers with a function that ends this. */
  on(event, listener) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(listener);
    return () => this.#listeners.get(event).delete(listener);
  }

  async #makeNode() {
    await this.#context.audioWorklet.addModule(WORKLET);
    const node = new AudioWorkletNode(this.#context, "entrain-mix", STEREO);
    node.port.onmessage = ({ data }) => this.#hear(data);
    node.connect(this.#context.destination);
    return node;
  }

  /** Have what stands for the lines made, whenever it becomes another. */
  async #speakWith(voice) {
    this.#voice = voice;
    const { speech } = this.#order.spec;
    if (!speech) return;
    const { lowpass_hz, room } = speech;
    const hz = lowpass_hz && new Movement(lowpass_hz).at(this.#order.from_s);
    const wanted = JSON.stringify([voice, hz, room]);
    if (wanted === this.#spoken) return;
    this.#spoken = wanted;
    const sample = await sampleOf(voice, { lowpass_hz: hz, room }, this.#context.sampleRate);
    if (wanted === this.#spoken) this.output.port.postMessage({ do: "speakWith", sample });
  }

  #hear({ is, time }) {
    if (is === "time") this.#tell("time", time);
    if (is === "over") {
      this.playing = false;
      this.#tell("end");
    }
    // Silence costs no power.
    if (is !== "time" && !this.playing) this.#context.suspend();
  }

  #tell(event, detail) {
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }
}

/** What the audio thread has to know. */
function ordered(spec, marks) {
  const whole = completed(spec);
  return { spec: whole, marks, gain: gainOf(whole, marks) };
}

function newContext() {
  // On a phone, sound that one asked for is heard even when ringing is switched off.
  if (navigator.audioSession) navigator.audioSession.type = "playback";
  return new AudioContext({ latencyHint: "playback" });
}

/** A stretch of the track as an AudioBuffer: what `play` sounds like before its limiter. */
export async function renderOffline(
  spec,
  { from_s = 0, duration_s, sampleRate = 44_100, marks = [], voice = null },
) {
  const frames = Math.round(duration_s * sampleRate);
  const context = new OfflineAudioContext(2, frames, sampleRate);
  await context.audioWorklet.addModule(WORKLET);
  const order = ordered(spec, marks);
  const { speech } = order.spec;
  const sample = speech && (await sampleOf(voice, speech, sampleRate));
  const processorOptions = { ...order, from_s, sample };
  const node = new AudioWorkletNode(context, "entrain-mix", { ...STEREO, processorOptions });
  node.connect(context.destination);
  return context.startRendering();
}
