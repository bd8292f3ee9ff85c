"""The estimate is never below what the offline voices really take."""

import random
import string
from concurrent.futures import ThreadPoolExecutor

import pytest

from audio import Speech, spacing
from audio.placement import HARD_MIN_GAP_S, MIN_GAP_S
from audio.speech.espeak import Espeak
from audio.speech.pace import estimate_s
from audio.speech.prepare import prepare
from tests.audio.physics import RATE

PLAIN = [
    "I am calm and at peace.",
    "Every day, in every way, I am getting better and better.",
    "I welcome abundance into my life with an open heart and a quiet mind.",
    "I forgive myself for the mistakes I have made, and I learn from every one of them.",
    "With every exhale I release tension from my shoulders, my jaw and my hands.",
    "What would it feel like to be at ease right now?",
    "Money flows to me easily.",
]
ODD = [
    "999999999999",
    "I earn 999,999,999.99 dollars",
    "12:59:59 31/12/1999 +49 177 7777777",
    "$5 €7 £9 50% 100°",
    "WWW XML HTML CIA FBI NBC BMW HTTP",
    "bcdfghjklmnpqrstvwxz",
    "https://www.example.com/path?query=value&x=1#top",
    "a!?#$%!?#$%!?#$%",
    "No. Yes. No. Yes. No! Yes? No; Yes: No",
    "I am happy 😀 and loved ❤️ 🙏🏽 ✨🌟💫",
    "a 🌔🌔🌖🌖👉👉😸😸",
    "Ⅻ Ⅷ ① ② ½ ¾ ² ³",
    "أنا هادئ ومطمئن، وأثق بنفسي كل يوم.",
    "我很平静，我每天都越来越好。",
    "Я спокоен и уверен в себе.",
    "मैं शांत और प्रसन्न हूँ। हर दिन मैं बेहतर महसूस करता हूँ।",
    "Jestem spokojny i zrównoważony. Szczęście przychodzi do mnie z łatwością.",
    "Tôi bình yên và hạnh phúc mỗi ngày",
    '<speak><break time="10s"/>hello</speak>',
]


def spoken_s(text: str, voice_id: str) -> float:
    return len(prepare(Espeak().speak(text, voice_id), level_db=-15)) / RATE


@pytest.mark.parametrize("voice", Espeak.voices, ids=lambda voice: voice.id)
def test_no_voice_takes_longer_than_estimated(voice):
    texts = PLAIN + ODD
    with ThreadPoolExecutor(2) as pool:
        real = pool.map(lambda text: spoken_s(text, voice.id), texts)
        late = [(t, s, estimate_s(t)) for t, s in zip(texts, real, strict=True)]
    assert [(t, s, e) for t, s, e in late if s > e] == []


def test_plain_english_is_not_estimated_absurdly_long():
    real = sum(spoken_s(text, "espeak:en-us+f3") for text in PLAIN)
    assert sum(map(estimate_s, PLAIN)) < 1.65 * real


def random_lines(seed: int) -> list[str]:
    rng = random.Random(seed)
    alphabets = [
        string.ascii_lowercase + " ",
        string.printable[:95],
        string.digits + " .,-/:%$",
        string.punctuation + " ",
        [chr(code) for code in range(0xA1, 0x180)],
        [chr(code) for code in range(0x370, 0x3000) if chr(code).isprintable()],
        [chr(code) for code in range(0x1F300, 0x1F650)],
        " ".join(PLAIN).split(" "),
    ]
    for_words = lambda letters: " " if len(letters[0]) > 1 else ""  # noqa: E731
    return [
        "a " + for_words(a).join(rng.choice(a) for _ in range(size)).strip()
        for a in alphabets
        for size in (4, 12, 40)
    ]


@pytest.mark.parametrize("voice_id", ["espeak:en-us+f3", "espeak:de+f2", "espeak:pl+f2"])
def test_random_text_stays_within_the_estimate_and_the_gap_kept_in_hand(voice_id):
    """What an accepted job may lack at a line is less than what its pauses can give away."""
    lines = [" ".join(line.split())[:400] for line in random_lines(11)]
    with ThreadPoolExecutor(2) as pool:
        real = list(pool.map(lambda line: spoken_s(line, voice_id), lines))
    slack = MIN_GAP_S - HARD_MIN_GAP_S
    assert [line for line, s in zip(lines, real, strict=True) if s > estimate_s(line) + slack] == []


def test_a_voice_that_reads_every_script_needs_less_for_it():
    line = "我很平静，我每天都越来越好。"
    offline, online = (
        spacing(Speech(lines=(line,), voice=voice), 600).spoken_s
        for voice in ("espeak:en-us+f3", "elevenlabs:abc")
    )
    assert online < offline / 3
