"""A language in which every string that goes through gettext is seen: ⟦in brackets⟧."""

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

SPOKEN = {"title", "aria-label", "alt", "placeholder", "aria-valuetext", "aria-description"}
WORD = re.compile(r"[^\W\d_]{2,}")
CONTEXT = "\x04"


class Marked(trans_real.DjangoTranslation):
    """Puts every message in brackets; ``looked_up`` are those asked for so far."""

    def __init__(self, *args, **details) -> None:
        self.looked_up = set()
        super().__init__(*args, **details)

    def gettext(self, message):
        self.looked_up.add(message)
        return f"⟦{message.split(CONTEXT)[-1]}⟧"

    def ngettext(self, singular, plural, number):
        self.looked_up.add((singular, 0))
        words = singular if number == 1 else plural
        return f"⟦{words.split(CONTEXT)[-1]}⟧"


def speak_marked(monkeypatch, settings, language: str) -> Marked:
    """Let ``language`` (one that Django knows) be the marked one, and the site's."""
    settings.LANGUAGES = [("en", "English"), (language, "English")]
    settings.LANGUAGE_CODE = language
    marked = Marked(language)
    monkeypatch.setitem(trans_real._translations, language, marked)
    return marked


def untranslated(marked: Marked, language: str) -> set:
    """Messages that were looked up and that ``language`` does not have."""
    catalogue = trans_real.translation(language)._catalog
    return {message for message in marked.looked_up if message and message not in catalogue}


class _Text(HTMLParser):
    """Collects what a person reads or is told: text, spoken attributes, descriptions."""

    def __init__(self) -> None:
        super().__init__()
        self.found = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        # What is in a language of its own, or is code, is not for translation.
        if tag in ("script", "style", "code") or (tag == "button" and "lang" in attrs):
            self._silent += 1
        self.found += [value for name, value in attrs.items() if name in SPOKEN]
        if tag == "meta" and (
            attrs.get("name") == "description" or "title" in attrs.get("property", "")
        ):
            self.found.append(attrs["content"])

    def handle_endtag(self, tag):
        if tag in ("script", "style", "code") or (tag == "button" and self._silent):
            self._silent -= 1

    def handle_data(self, data):
        if not self._silent:
            self.found.append(data)


def unmarked(html: str, *, own: set[str]) -> set[str]:
    """Words of a page that did not come through gettext; ``own`` are names and the person's."""
    parser = _Text()
    parser.feed(html)
    left = set()
    for text in parser.found:
        outside = _outside_of_brackets(text or "")
        for words in sorted(own, key=len, reverse=True):
            outside = outside.replace(words, " ")
        if WORD.search(outside):
            left.add(" ".join(outside.split()))
    return left


def _outside_of_brackets(text: str) -> str:
    depth, kept = 0, []
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        kept.append(letter if depth == 0 and letter != "⟧" else " ")
    return "".join(kept)
