"""The German catalogue is whole, and what is compiled is what was written."""

import ast
import gettext
import re

import pytest
from django.conf import settings

FOLDER = settings.LOCALE_PATHS[0] / "de" / "LC_MESSAGES"
FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.M)
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<a [^>]*>")


def _entries() -> list[dict[str, str]]:
    """Fields of every message; the first one, the header, left out."""
    text = (FOLDER / "django.po").read_text()
    assert "fuzzy" not in text
    return [
        {
            name: "".join(map(ast.literal_eval, lines.splitlines()))
            for name, lines in FIELD.findall(block)
        }
        for block in text.split("\n\n")[1:]
    ]


@pytest.fixture(scope="module")
def compiled():
    with (FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def _spoken(compiled, entry: dict[str, str]) -> dict[str, str]:
    """What a process says for the message, by the field that should hold it."""
    if "msgid_plural" in entry:
        forms = {f"msgstr[{index}]": number for index, number in enumerate([1, 2])}
        both = (entry["msgid"], entry["msgid_plural"])
        return {field: compiled.ngettext(*both, number) for field, number in forms.items()}
    if "msgctxt" in entry:
        return {"msgstr": compiled.pgettext(entry["msgctxt"], entry["msgid"])}
    return {"msgstr": compiled.gettext(entry["msgid"])}


def test_every_message_is_translated_and_compiled(compiled):
    entries = _entries()
    assert len(entries) > 300
    for entry in entries:
        for field, words in _spoken(compiled, entry).items():
            assert entry[field], entry
            assert words == entry[field], entry


def test_a_translation_keeps_what_is_filled_in():
    for entry in _entries():
        for field, words in entry.items():
            if field.startswith("msgstr"):
                like = entry["msgid_plural" if field == "msgstr[1]" else "msgid"]
                assert set(PLACES.findall(words)) == set(PLACES.findall(like)), entry


def test_a_person_who_prefers_german_gets_it(client):
    client.logout()
    page = client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9"}).text
    assert '<html lang="de" dir="ltr"' in page
    assert "Deine eigenen Worte" in page


def test_the_choice_in_the_foot_of_the_page_wins(client):
    client.logout()
    client.post("/language/", {"language": "de"})
    assert "Deine eigenen Worte" in client.get("/", headers={"Accept-Language": "en"}).text
    assert "0,45" in client.get("/").text


def test_a_language_read_from_the_right_turns_the_page(client, settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    client.logout()
    page = client.get("/", headers={"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl"' in page
