"""What the benchmark prints is found by rendering whole tracks."""

from audio import benchmark


def test_every_way_is_timed():
    best = benchmark.times(1, 1)
    assert {"render", "encode", "encode as we do"} <= best.keys()
    assert all(taken.wall_s > 0 for taken in best.values())
    assert all(taken.file_bytes > 1_000_000 for taken in best.values())
    more_bytes = best["encode as we do"].file_bytes - best["encode"].file_bytes
    assert abs(more_bytes) < 100_000


def test_a_caller_waits_for_progress_and_for_the_end_of_what_was_cancelled():
    progress_s, cancel_s = benchmark.longest_waits_s(1)
    assert progress_s > 0
    assert cancel_s > 0


def test_a_ramp_ends_within_a_millionth_of_a_hertz():
    assert all(abs(error) < 1e-6 for error in benchmark.errors_in_the_last_minute_hz(0.2))
