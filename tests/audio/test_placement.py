"""Every line has its place: in order, evenly spread, never cut, dropped or over another."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import Speech, SpeechDoesNotFitError, spacing
from audio.placement import HARD_MIN_GAP_S, foreseen, schedule, spoken_order
from audio.speech.room import ROOM_S
from tests.audio.physics import RATE
from tests.audio.specs import speeches

LEAD_S = 5.0
LEADS = round(2 * LEAD_S * RATE)
LEAST_GAP = round(HARD_MIN_GAP_S * RATE)


def speech(*lines, **more):
    return Speech(lines=lines, voice="espeak:en-us+f3", **more)


def test_in_order_means_as_written():
    order = spoken_order(speech("a b", "c d", "a b", repetitions=2), seed=1)
    assert order == ("a b", "c d", "a b") * 2


@given(speeches, st.integers(0, 2**32 - 1))
def test_every_repetition_holds_every_line(speech, seed):
    order, size = spoken_order(speech, seed), len(speech.lines)
    assert order == spoken_order(speech, seed)
    for start in range(0, len(order), size):
        assert Counter(order[start : start + size]) == Counter(speech.lines)


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=12), st.integers(0, 2**32 - 1))
def test_shuffled_lines_do_not_follow_themselves(lines, seed):
    order = spoken_order(speech(*lines, order="shuffled", repetitions=4), seed)
    meetings = sum(one == next_ for one, next_ in pairwise(order))
    # With one line filling more than half of the list, copies of it must meet.
    crowding = max(Counter(lines).values())
    if 2 * crowding <= len(lines):
        assert meetings == 0
    elif 2 * crowding == len(lines) + 1:
        assert meetings <= 3  # only where a repetition meets the next


def test_shuffling_depends_on_the_seed():
    lines = [f"line {n}" for n in range(20)]
    orders = {spoken_order(speech(*lines, order="shuffled"), seed) for seed in range(20)}
    assert len(orders) == 20


@given(st.lists(st.integers(1, 20 * RATE), min_size=1, max_size=60), st.integers(0, 600 * RATE))
def test_lines_are_spread_evenly_from_lead_in_to_lead_out(lengths, spare):
    order = tuple(f"line {number}" for number in range(len(lengths)))
    frames_of = dict(zip(order, lengths, strict=True))
    total = LEADS + sum(lengths) + LEAST_GAP * (len(order) - 1) + spare
    placed = schedule(speech(*order), frames_of, total)
    assert tuple(place.line for place in placed) == order
    assert placed[0].start == round(LEAD_S * RATE)
    ends = [place.start + frames_of[place.line] for place in placed]
    gaps = [place.start - end for place, end in zip(placed[1:], ends, strict=False)]
    if gaps:
        assert ends[-1] == total - round(LEAD_S * RATE)
        assert max(gaps) - min(gaps) <= 1
        assert min(gaps) >= LEAST_GAP
    else:
        assert ends[-1] <= total - round(LEAD_S * RATE)


def test_one_frame_too_long_is_refused_with_the_length_needed():
    frames_of = {"a": 10 * RATE, "b": 20 * RATE}
    needed = LEADS + 40 * RATE + 2 * LEAST_GAP
    assert schedule(speech("a", "b", "a"), frames_of, needed)
    with pytest.raises(SpeechDoesNotFitError) as caught:
        schedule(speech("a", "b", "a"), frames_of, needed - 1)
    assert caught.value.needed_s == pytest.approx(needed / RATE)


def test_nobody_speaks_while_the_track_fades_where_there_is_room():
    fades_s, frames_of = (8.0, 45.0), dict.fromkeys("abc", 3 * RATE)
    placed = schedule(speech(*"abc"), frames_of, 120 * RATE, fades_s=fades_s)
    assert placed[0].start == 8 * RATE
    assert placed[-1].stop == 75 * RATE
    # Here there is none, and all lines are still spoken.
    placed = schedule(speech(*"abc"), frames_of, 60 * RATE, fades_s=fades_s)
    assert placed[-1].stop == 60 * RATE - round(LEAD_S * RATE)
    plan, short = (spacing(speech(*"abc"), s, fades_s=fades_s) for s in (120, 60))
    assert plan.fits
    assert short.fits
    assert plan.spoken_s + 2 * plan.gap_s == pytest.approx(120 - 8 - 45)
    assert short.spoken_s + 2 * short.gap_s == pytest.approx(60 - 2 * LEAD_S)


@given(speeches, st.floats(60, 7200))
def test_the_plan_adds_up(speech, duration_s):
    plan = spacing(speech, duration_s)
    assert plan.count == len(speech.lines) * speech.repetitions
    assert plan.fits == (plan.needed_s <= duration_s)
    assert plan.fits == (plan.gap_s >= 1.0) or plan.count == 1
    assert 60 * (plan.needed_min - 1) < plan.needed_s <= 60 * plan.needed_min
    used = 2 * LEAD_S + plan.spoken_s + plan.gap_s * max(1, plan.count - 1)
    assert used == pytest.approx(duration_s)


def test_a_line_more_makes_the_plan_longer():
    assert (
        spacing(speech("I am calm", "I am free"), 600).needed_s
        > spacing(speech("I am calm"), 600).needed_s
    )


def test_what_is_planned_fits_if_clips_are_as_long_as_estimated():
    lines = [f"I am calm number {n}" for n in range(40)]
    plan = spacing(speech(*lines), 600)
    assert plan.fits
    length = round(plan.spoken_s / plan.count * RATE)
    assert schedule(speech(*lines), dict.fromkeys(lines, length), 600 * RATE)


def test_chosen_gaps_are_kept_and_silence_is_left_at_the_end():
    spaced = speech("a", "b", "c", gaps=20.0, lead_in_s=8.0, lead_out_s=2.0)
    placed = schedule(spaced, dict.fromkeys("abc", 3 * RATE), 600 * RATE)
    assert [place.start / RATE for place in placed] == [8, 31, 54]
    assert spacing(spaced, 600).gap_s == 20
    needed = (8 + 3 * 3 + 2 * 20 + 2) * RATE
    assert schedule(spaced, dict.fromkeys("abc", 3 * RATE), needed)
    with pytest.raises(SpeechDoesNotFitError) as caught:
        schedule(spaced, dict.fromkeys("abc", 3 * RATE), needed - 1)
    assert caught.value.needed_s == pytest.approx(needed / RATE)
    assert not spacing(spaced, 40).fits


@given(
    st.lists(st.integers(1, 20 * RATE), min_size=1, max_size=30),
    st.integers(0, 300 * RATE),
    st.floats(0, 60),
    st.just("even") | st.floats(0.3, 5),
    st.integers(0, 2**32 - 1),
)
def test_jitter_moves_lines_but_never_into_each_other(lengths, spare, jitter_s, gaps, seed):
    order = tuple(f"line {number}" for number in range(len(lengths)))
    frames_of = dict(zip(order, lengths, strict=True))
    gap = LEAST_GAP if gaps == "even" else round(gaps * RATE)
    total = LEADS + sum(lengths) + gap * (len(order) - 1) + spare
    still = speech(*order, gaps=gaps)
    moved = speech(*order, gaps=gaps, jitter_s=jitter_s)
    before, after = (schedule(s, frames_of, total, seed=seed) for s in (still, moved))
    assert after == schedule(moved, frames_of, total, seed=seed)
    assert after[0].start >= LEADS // 2
    assert after[-1].stop <= total - LEADS // 2
    assert all(place.stop - place.start == frames_of[place.line] for place in after)
    assert all(two.start - one.stop >= LEAST_GAP for one, two in pairwise(after))
    moves = [abs(one.start - two.start) for one, two in zip(before, after, strict=True)]
    assert max(moves) <= jitter_s * RATE + 1


def test_jitter_is_heard():
    jittered = speech(*"abcdefgh", jitter_s=3.0)
    placed = schedule(jittered, dict.fromkeys("abcdefgh", RATE), 600 * RATE, seed=1)
    gaps = {two.start - one.stop for one, two in pairwise(placed)}
    assert len(gaps) == 7
    other = schedule(jittered, dict.fromkeys("abcdefgh", RATE), 600 * RATE, seed=2)
    assert placed != other


def test_lines_are_foreseen_where_clips_of_usual_length_will_lie():
    words = speech("I am calm", "I am at rest, and I sleep well", repetitions=2, room=1.0)
    marks = foreseen(words, 120, seed=3)
    assert len(marks) == 4
    assert marks[0][0] == 5
    assert marks[-1][1] == pytest.approx(120 - 5 - ROOM_S, abs=0.01)
    assert all(stop < start for (_, stop), (start, _) in pairwise(marks))
    lengths = [stop - start for start, stop in marks]
    assert lengths[:2] == pytest.approx(lengths[2:])
    assert 0.5 < lengths[0] < lengths[1] < 4
    assert foreseen(words, 12) == []
