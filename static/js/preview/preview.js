// Hear a recipe before it is rendered: the whole mix, played in the browser.
//
//     const preview = new Preview();
//     await preview.play(spec, { at_s: 600 });   // from a click: browsers ask for one
//     preview.update(spec);                      // follows at once, without a click
//     preview.on("time", (seconds) => …);        // also "play", "stop", "end"
//     preview.stop();
//
// `spec` is a track spec as the engine defines it in `audio/spec.py`; what it leaves out takes the
// engine's defaults. `marks` are the spoken lines, `[start_s, stop_s]` each, under which the beds
// step back.

import { completed } from "./defaults.js";

const WORKLET = new URL("./worklet.js", import.meta.url);
const STEREO = { numberOfInputs: 0, outputChannelCount: [2] };

export class Preview {
  #listeners = new Map();
  #context;
  #node;
  #order = {};

  /** Whether it sounds. */
  playing = false;

  /** Start, or jump to another place; resolves once the sound is on its way. */
  async play(spec, { at_s = 0, marks = [] } = {}) {
    this.#order = { spec: completed(spec), from_s: at_s, marks };
    this.playing = true;
    // Made and woken within the click, or browsers keep it silent.
    this.#context ??= quietContext();
    const awake = this.#context.resume();
    this.#node ??= this.#makeNode();
    const node = await this.#node;
    await awake;
    if (!this.playing) return;
    node.port.postMessage({ do: "play", ...this.#order });
    this.#tell("play");
  }

  /** Sound like `spec` from now on, where the track is. */
  update(spec, { marks = this.#order.marks } = {}) {
    this.#order = { spec: completed(spec), marks };
    if (this.playing) this.#send({ do: "update", ...this.#order });
  }

  /** Fade out. */
  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.#send({ do: "stop" });
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

  async #send(order) {
    (await this.#node)?.port.postMessage(order);
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

function quietContext() {
  // On a phone, sound that one asked for is heard even when ringing is switched off.
  if (navigator.audioSession) navigator.audioSession.type = "playback";
  return new AudioContext({ latencyHint: "playback" });
}

/** A stretch of the track as an AudioBuffer, the same samples as `play` would send. */
export async function renderOffline(
  spec,
  { from_s = 0, duration_s, sampleRate = 44_100, marks = [] },
) {
  const frames = Math.round(duration_s * sampleRate);
  const context = new OfflineAudioContext(2, frames, sampleRate);
  await context.audioWorklet.addModule(WORKLET);
  const processorOptions = { spec: completed(spec), from_s, marks };
  const node = new AudioWorkletNode(context, "entrain-mix", { ...STEREO, processorOptions });
  node.connect(context.destination);
  return context.startRendering();
}
