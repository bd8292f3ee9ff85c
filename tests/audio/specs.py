"""Random valid specs."""

from hypothesis import strategies as st

from audio import Beat, Noise, SpecError, Speech, TrackSpec

levels = st.floats(-60, 0)

beats = st.builds(
    Beat,
    kind=st.sampled_from(["binaural", "monaural", "isochronic"]),
    beat_hz=st.floats(0.5, 45),
    carrier_hz=st.floats(24, 1500),
    level_db=levels,
)
noises = st.builds(Noise, colour=st.sampled_from(["white", "pink", "brown"]), level_db=levels)
words = st.text("abcdefgh éß你", min_size=1, max_size=20).map(lambda text: f"a {text}".strip())
speeches = st.builds(
    Speech,
    lines=st.lists(words, min_size=1, max_size=6).map(tuple),
    voice=st.just("espeak:en-us+f3"),
    level_db=levels,
    lowpass_hz=st.none() | st.floats(2000, 8000),
    repetitions=st.integers(1, 5),
    order=st.sampled_from(["in_order", "shuffled"]),
)


def specs(**fixed: st.SearchStrategy) -> st.SearchStrategy[TrackSpec]:
    parts = {
        "title": st.text("Evening 夜", min_size=1, max_size=20).map(lambda t: f"x{t}".strip()),
        "duration_s": st.floats(60, 7200),
        "beats": st.lists(beats, max_size=1).map(tuple),
        "beds": st.lists(noises, max_size=1).map(tuple),
        "speech": st.none() | speeches,
        "seed": st.integers(0, 2**32 - 1),
    }
    return st.builds(TrackSpec, **(parts | fixed))


def moving(low: float, high: float) -> st.SearchStrategy:
    """A number, or keyframes within a minute."""
    numbers = st.floats(low, high)
    times = st.lists(st.integers(0, 600), min_size=1, max_size=4, unique=True).map(sorted)
    curves = ["step", "linear", "smooth"] + ["exponential"] * (low > 0 or high < 0)
    keyframes = times.flatmap(
        lambda times: st.tuples(
            *(st.tuples(st.just(at / 10), numbers, st.sampled_from(curves)) for at in times)
        )
    )
    return numbers | keyframes


def _json(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({}, optional=fields)


def _with(kind: str, **fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    usual = {"level_db": moving(-60, -16), "width": st.floats(0, 1), "seed": st.integers(0, 9)}
    return _json(**usual, **fields).map(lambda bed: {"kind": kind, **bed})


any_bed = st.one_of(
    _with("noise", colour=st.sampled_from(["white", "pink", "brown", "blue", "violet"])),
    _with("rain", intensity=st.floats(0, 1)),
    _with("ocean", period_s=st.floats(3, 30), depth=moving(0, 1)),
    _with("stream", flow=st.floats(0, 1)),
    _with("wind", gusts=st.floats(0, 1)),
    _with("fire", crackle=st.floats(0, 1)),
    _with("bowls", interval_s=st.floats(3, 60), pitch_hz=moving(80, 1000)),
    _with("drone", key=st.sampled_from(["C", "F#"]), octave=st.integers(1, 5)),
)
any_beat = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["binaural", "monaural", "isochronic", "embedded"]),
        "beat_hz": moving(0.5, 45),
        "carrier_hz": moving(60, 1500),
        "level_db": moving(-60, -16),
    },
    optional={
        "wave": st.sampled_from(["sine", "triangle", "soft_square", "band_limited"]),
        "pan": moving(-1, 1),
        "spin_hz": moving(0, 5),
        "duty": moving(0.05, 0.95),
        "attack": st.floats(0.02, 0.5),
        "release": st.floats(0.02, 0.5),
        "depth": moving(0, 1),
    },
)
any_speech = _json(
    level_db=moving(-60, -16),
    repetitions=st.integers(1, 3),
    order=st.sampled_from(["in_order", "shuffled"]),
    gaps=st.just("even") | st.floats(0.3, 2),
    lead_in_s=st.floats(0, 10),
    lead_out_s=st.floats(0, 10),
    jitter_s=st.floats(0, 5),
    pan=moving(-1, 1),
    room=st.floats(0, 1),
    echo=st.floats(0, 1),
    lowpass_hz=st.none() | moving(2000, 8000),
    duck_db=moving(0, 24),
).map(lambda speech: {"lines": ["one", "two"], "voice": "x", **speech})


def _parsed(parts: dict) -> TrackSpec | None:
    try:
        return TrackSpec.parse({"title": "any", **parts})
    except SpecError:
        return None


# Everything that a track of a minute can have, at once.
anything = (
    st.fixed_dictionaries(
        {
            "duration_s": st.floats(60, 61),
            "beats": st.lists(any_beat, max_size=3),
            "beds": st.lists(any_bed, max_size=3),
        },
        optional={
            "speech": any_speech,
            "sample_rate": st.sampled_from([44_100, 48_000]),
            "bit_depth": st.sampled_from([16, 24]),
            "fade_in_s": st.floats(0.01, 20),
            "fade_out_s": st.floats(0.01, 20),
            "master": st.just({"target_lufs": None}) | _json(target_lufs=st.floats(-23, -14)),
            "seed": st.integers(0, 2**32 - 1),
        },
    )
    .map(_parsed)
    .filter(bool)
)
