"""Press play and it sounds: at once, following every change, and going as softly as it came."""

import time

import pytest
from playwright.sync_api import expect

# Counts what the page makes for its sound, and listens to what comes out of it.
_WATCH = """
window.made = { contexts: [], nodes: [] };
window.AudioContext = class extends AudioContext {
    constructor(options) { super(options); made.contexts.push(this); }
};
window.AudioWorkletNode = class extends AudioWorkletNode {
    constructor(context, ...more) {
        super(context, ...more);
        made.nodes.push(this);
        this.ear = new AnalyserNode(context, { fftSize: 32768, smoothingTimeConstant: 0 });
        this.connect(this.ear);
    }
};
window.heard = () => {
    const { ear, context } = made.nodes[0];
    const [wave, spectrum] = [new Float32Array(2048), new Float32Array(ear.frequencyBinCount)];
    ear.getFloatTimeDomainData(wave);
    ear.getFloatFrequencyData(spectrum);
    const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const hz = (spectrum.indexOf(Math.max(...spectrum)) * context.sampleRate) / ear.fftSize;
    return { peak, hz, state: context.state };
};
// Peaks of the last 0.7 s, in stretches of 20 ms.
window.lately = () => {
    const { ear } = made.nodes[0];
    const wave = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(wave);
    return Array.from({ length: wave.length / 1024 }, (_, n) =>
        wave.subarray(1024 * n, 1024 * (n + 1)).reduce((m, v) => Math.max(m, Math.abs(v)), 0));
};
"""


def _wait_until(page, true: str, seconds: float = 15):
    """Wait for an expression to hold; the policy of our pages forbids Playwright's own way."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({true})"):
        assert time.monotonic() < deadline, true
        page.wait_for_timeout(30)


@pytest.fixture
def front(page, place):
    page.add_init_script(_WATCH)
    page.goto(place.url)
    return page


def test_the_front_page_plays_at_once_and_stops_softly(front, complaints):
    button = front.locator("[data-play]").first
    assert front.evaluate("made.contexts.length") == 0  # nothing before somebody asks for it
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    _wait_until(front, "made.nodes.length && heard().peak > 0.02")
    assert front.evaluate("made.contexts[0].state") == "running"
    # Nothing that a phone or a page without special headers would not have.
    assert not front.evaluate("self.crossOriginIsolated")

    front.evaluate("""() => {
        window.falling = 0;
        window.timer = setInterval(() => {
            const peaks = lately();
            const low = peaks.filter((peak) => 0.001 < peak && peak < 0.5 * Math.max(...peaks));
            falling = Math.max(falling, low.length);
        }, 50);
    }""")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    _wait_until(front, "made.contexts[0].state === 'suspended'")
    # Cut off, it would be all there or not at all.
    assert front.evaluate("clearInterval(timer), falling") >= 3

    for _ in range(3):
        button.click()
        _wait_until(front, "heard().state === 'running' && heard().peak > 0.02")
        button.click()
    _wait_until(front, "made.contexts[0].state === 'suspended'")
    assert front.evaluate("[made.contexts.length, made.nodes.length]") == [1, 1]
    assert complaints == []


_PLAY_ON_CLICK = """async (spec) => {
    const { Preview } = await import("/static/js/preview/preview.js");
    window.preview = new Preview();
    window.times = [];
    preview.on("time", (time) => times.push(time));
    const button = document.createElement("button");
    button.textContent = "Play this";
    button.onclick = () => preview.play(spec, { at_s: 600 });
    document.body.append(button);
}"""


def test_what_one_changes_is_heard_at_once(front, complaints):
    def spec(**beat):
        beats = [{"kind": "monaural", "beat_hz": 4, "carrier_hz": 220} | beat]
        return {"title": "x", "duration_s": 3600, "beats": beats, "master": {"target_lufs": None}}

    front.evaluate(_PLAY_ON_CLICK, spec())
    front.get_by_role("button", name="Play this").click()
    _wait_until(front, "made.nodes.length && Math.abs(heard().hz - 220) < 10")
    front.evaluate("(spec) => preview.update(spec)", spec(carrier_hz=440))
    _wait_until(front, "Math.abs(heard().hz - 440) < 10")
    front.evaluate("(spec) => preview.update(spec)", spec(level_db=-40))
    _wait_until(front, "heard().peak < 0.011")
    _wait_until(front, "times.length > 3")
    assert 600 < front.evaluate("times.at(-1)") < 660

    # To another minute, while it plays.
    front.evaluate("(spec) => preview.play(spec, { at_s: 1200 })", spec())
    _wait_until(front, "times.at(-1) > 1200")
    assert front.evaluate("preview.playing")
    # The end of the track is the end of the preview.
    front.evaluate("(spec) => preview.play(spec, { at_s: 3599.5 })", spec())
    _wait_until(front, "!preview.playing")
    _wait_until(front, "made.contexts[0].state === 'suspended'")
    assert complaints == []


_WORDS_ALONE = """async () => {
    const { fill, valuesOf } = await import("/static/js/studio/form.js");
    const form = document.getElementById("studio");
    const words = { affirmations: "I am calm\\nI am here", lead_in_s: "0" };
    fill(form, { ...valuesOf(form), ...words, beat_kind: "none", beds: [] });
    form.dispatchEvent(new CustomEvent("studio:change", { bubbles: true }));
}"""


def test_the_studio_plays_the_chosen_voice_where_the_words_will_be(page, place, complaints):
    page.add_init_script(_WATCH)
    page.context.add_cookies(place.cookies)
    page.goto(f"{place.url}/studio/")
    with page.expect_response("**/studio/voice/**") as response:
        page.get_by_role("button", name="Hear this voice").click()
    assert response.value.headers["content-type"] == "audio/mpeg"
    expect(page.get_by_role("button", name="Hear this voice")).to_have_attribute(
        "aria-pressed", "false", timeout=20_000
    )

    page.evaluate(_WORDS_ALONE)
    expect(page.locator("#quote [data-marks]")).to_have_count(1)
    page.get_by_role("button", name="Listen").click()
    # Nothing but words: silence up to the first of them, then a voice.
    _wait_until(page, "made.nodes.length && heard().state === 'running'")
    _wait_until(page, "heard().peak > 0.05", seconds=30)
    assert complaints == []
