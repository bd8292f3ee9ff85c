"""Random valid specs."""

from hypothesis import strategies as st

from audio import Beat, Noise, Speech, TrackSpec

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
