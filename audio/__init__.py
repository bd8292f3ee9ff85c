"""Entrain's sound engine: a spec goes in, a finished recording comes out.

A plain package: it knows nothing of users, jobs, Django or settings. Where to look:

what a track is
    ``spec``, made of ``fields`` and refused in the words of ``wording``; values that move
    ``curves`` (and ``knots``), ready-made courses ``sessions``
what sounds
    ``tones`` (beats, by an ``oscillator`` or in other ``waves``), ``beds/`` (a file for each:
    ``rain``, ``ocean``, ``noise``…), ``speech/`` (voices, clips, room) and ``placement`` (when each
    line is spoken); what comes at another rate goes through ``resampling``, and ``mp3`` knows how
    far MP3 files are to be believed; all chance is from ``randomness``
how it becomes one
    ``layers``, ``levels``, ``panning``, ``ducking`` and ``fades`` in the ``mix``; ``master`` (the
    gain to the loudness, from ``guesses``, ``rehearsal`` and ``survey``), ``limiter`` (which knows
    the ``true_peak``), ``dither``; all in ``render``, block after block made ``ahead``
what is written
    ``output`` (FLAC, WAV), ``tags`` (in the words of ``describe``), ``wav_tags``, ``seek_table``,
    ``renditions`` (Opus, MP3, AAC), ``cover``, ``pictures`` (waveform, spectrogram)
what is in a finished file
    ``measure``, from ``loudness`` and ``heard/`` (``beats``, ``noise``, ``voices``, ``words``)
what it costs
    ``benchmark``
what all of them use
    ``errors``, ``watch`` (progress, and whether to go on), ``scratch`` (memory used again)
"""

from audio.curves import Keyframe
from audio.errors import (
    AudioError,
    Cancelled,
    Problem,
    SpecError,
    SpeechDoesNotFitError,
    SpeechError,
    SpeechServiceRefusesError,
)
from audio.pictures import Pictures
from audio.placement import Spacing, spacing
from audio.render import render
from audio.sessions import course
from audio.spec import SAMPLE_RATE, Beat, Master, Noise, Phase, Speech, TrackSpec
from audio.speech.clips import Clip, ClipStore, DirectoryClipStore, fetch_clips, kept_clips
from audio.speech.voices import Synthesiser, Voice

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "Beat",
    "Cancelled",
    "Clip",
    "ClipStore",
    "DirectoryClipStore",
    "Keyframe",
    "Master",
    "Noise",
    "Phase",
    "Pictures",
    "Problem",
    "Spacing",
    "SpecError",
    "Speech",
    "SpeechDoesNotFitError",
    "SpeechError",
    "SpeechServiceRefusesError",
    "Synthesiser",
    "TrackSpec",
    "Voice",
    "course",
    "fetch_clips",
    "kept_clips",
    "render",
    "spacing",
]
