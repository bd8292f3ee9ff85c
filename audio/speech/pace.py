"""How long a line will take to speak, told from its text alone.

The figures are upper ones: seconds that no offline voice exceeds at our pace, measured with
espeak-ng 1.52 over plain sentences of a dozen languages, digits, signs, emoji, every script in
Unicode and random text. A line may well take less. They let a form refuse what would not fit
before anything is spoken or paid for, so they must never be too low.
"""

import re
import unicodedata
from functools import lru_cache

# Pieces of a line, in the order they are tried.
_LATIN = "a-zA-ZÀ-ÖØ-öø-ž"
_PIECES = re.compile(
    rf"(?P<word>[{_LATIN}]+(?:['’][{_LATIN}]+)*)"
    r"|(?P<hindi>[\u0901-\u0903\u0905-\u0939\u093e-\u094d]+)"
    r"|(?P<final>[.!?।]$)"
    r"|(?P<digit>[0-9])"
    r"|(?P<nothing>[\s\ufe0f\u200d])"
    r"|(?P<pause>[.,;:!?।](?=\s)|[—–…-](?=\s))"
    r"|(?P<quote>['\"()‘’“”…—–-])"
    r"|(?P<sign>[!-~])"
    r"|(?P<other>.)"
)

# Seconds a piece.
_SECONDS = {
    "final": 0.0,
    "digit": 0.97,  # 999,999 is spoken in full
    "nothing": 0.0,
    "pause": 0.59,
    "quote": 0.5,
    "sign": 1.3,  # "vertical bar"
}
_LINE_S = 0.58
_WORD_S = 0.02
_LETTER_S = 0.103
_ACCENTED_S = 0.20
_SPELLED_S = 0.62
_LONE_LETTER_S = 1.8  # "z with a dot above"
_ACCENT_NAMED_S = 1.3
_HINDI_LETTER_S = 0.155

# A letter of a script that the voice does not know ("Cyrillic letter sha"), or an emoji's name.
_FOREIGN_S = 3.3
_EMOJI_S = 4.3

# ElevenLabs reads every script; a sign of these stands for a syllable or more.
_SYLLABLES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]")
_SYLLABLE_S = 0.5
_LETTER_OF_ANY_SCRIPT_S = 0.25

_VOWELS = "aeiouyà-åæè-ïò-öøù-ýÿāąēęěėīōőœūůűą"
_HAS_VOWEL = re.compile(f"[{_VOWELS}]", re.IGNORECASE)
_UNPRONOUNCEABLE = re.compile(f"(?:(?![{_VOWELS}])[a-zß-ž]){{5}}", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def estimate_s(text: str, *, reads_every_script: bool = False) -> float:
    """Greatest number of seconds that speaking ``text`` takes, silence at its ends left out.

    About 1.3 times the real length of a plain English line with the slowest voice, and 1.6 times
    with an English one.

    Parameters
    ----------
    text : one line.
    reads_every_script : whether the voice reads letters of scripts not its own as words, rather
        than naming them one by one.
    """
    other = _read_s if reads_every_script else _named_s
    seconds = _LINE_S
    for piece in _PIECES.finditer(text):
        kind = piece.lastgroup
        if kind == "word":
            seconds += _word_s(piece[0])
        elif kind == "hindi":
            seconds += _LONE_LETTER_S if len(piece[0]) == 1 else _HINDI_LETTER_S * len(piece[0])
        elif kind == "other":
            seconds += other(piece[0])
        else:
            seconds += _SECONDS[kind]
    return seconds


@lru_cache(maxsize=10_000)
def _word_s(word: str) -> float:
    """A word in Latin letters: spoken, or spelled where it cannot be spoken."""
    if len(word) == 1 and word not in "aAI":
        return _LONE_LETTER_S
    accented = sum(letter > "z" for letter in word)
    plain = len(word) - accented
    if _is_spelled(word) or accented > plain:
        return _SPELLED_S * plain + _ACCENT_NAMED_S * accented
    return _WORD_S + _LETTER_S * plain + _ACCENTED_S * accented


def _is_spelled(word: str) -> bool:
    inner_capitals = word[1:] != word[1:].lower()
    return bool(inner_capitals or _UNPRONOUNCEABLE.search(word) or not _HAS_VOWEL.search(word))


def _named_s(char: str) -> float:
    return _EMOJI_S if unicodedata.category(char) == "So" else _FOREIGN_S


def _read_s(char: str) -> float:
    if _SYLLABLES.match(char):
        return _SYLLABLE_S
    return _LETTER_OF_ANY_SCRIPT_S if unicodedata.category(char)[0] in "LM" else _named_s(char)
