"""The offline voice speaks what is written, nothing else, and the same every time."""

import io
import sys
import time

import pytest
import soundfile

from audio import SpeechError
from audio.speech import espeak
from audio.speech.espeak import Espeak
from audio.speech.prepare import prepare
from tests.audio.physics import RATE, rms

CLARA = "espeak:en-us+f3"


def seconds(text: str, voice_id: str = CLARA) -> float:
    return len(prepare(Espeak().speak(text, voice_id), level_db=-15)) / RATE


@pytest.mark.parametrize("voice", Espeak.voices, ids=lambda voice: voice.id)
def test_every_offered_voice_speaks(voice):
    sound, rate = soundfile.read(io.BytesIO(Espeak().speak("I am calm and free.", voice.id)))
    assert rate == 22_050
    assert 0.8 < len(sound) / rate < 4
    assert rms(sound) > 0.01


def test_voices_are_distinct_and_named_for_people():
    voices = Espeak.voices
    assert len({voice.id for voice in voices}) == len({voice.name for voice in voices}) >= 12
    assert all(" — " in voice.name and voice.language for voice in voices)


def test_the_same_line_gives_the_same_sound_at_another_time():
    first, second = Espeak().speak("Breathe.", CLARA), int(time.time())
    while int(time.time()) == second:
        time.sleep(0.05)
    assert Espeak().speak("Breathe.", CLARA) == first
    assert Espeak().speak("Breathe.", "espeak:en-us+m3") != first


def test_the_pace_is_slow():
    """Between 80 and 90 % of the 175 words a minute that espeak-ng speaks by itself."""
    assert 0.8 <= espeak.WORDS_PER_MINUTE / 175 <= 0.9


def test_markup_is_read_out_not_obeyed():
    plain = seconds("hello hello")
    assert plain < seconds('hello <break time="20s"/> hello') < 15
    assert seconds("hello [[h@loU]] hello") > plain
    assert seconds("hello <prosody rate='x-slow'>hello</prosody>") > plain


def test_text_goes_in_whole_whatever_is_in_it():
    assert seconds("--help -v nothing; $(reboot) `ls` ' \" \\") > 2
    assert seconds("calm " * 80) > 25


@pytest.mark.parametrize("voice_id", ["espeak:nobody", "elevenlabs:abc", "", "espeak:../../en"])
def test_a_voice_that_is_not_offered_is_refused(voice_id):
    with pytest.raises(SpeechError, match="choose another"):
        Espeak().speak("hello", voice_id)


def test_a_process_that_hangs_or_dies_is_a_sentence(monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    monkeypatch.setattr(espeak, "_PROGRAM", program)
    program.write_text("raise SystemExit(3)")
    with pytest.raises(SpeechError, match="does not work on this machine"):
        Espeak().speak("hello", CLARA)
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(espeak, "TIMEOUT_S", 0.2)
    with pytest.raises(SpeechError, match="took too long"):
        Espeak().speak("hello", CLARA)


def test_the_library_stays_out_of_this_process():
    Espeak().speak("hello", CLARA)
    assert "espeakng_loader" not in sys.modules


def test_the_cache_key_tells_lines_and_voices_apart():
    keys = {Espeak().cache_key(t, v.id) for t in ("a", "b") for v in Espeak.voices}
    assert len(keys) == 2 * len(Espeak.voices)
    assert Espeak().cache_key("a", CLARA) == Espeak().cache_key("a", CLARA)
