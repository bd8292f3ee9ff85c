"""Bad input gets a message beside its field; nothing is stored and no credit goes."""

import re

import pytest

from jobs.models import Job

LINE = "I am calm\n"

NO_NUMBERS = (
    "abc", "nan", "inf", "-inf", "1e999", "9" * 5000, "1;2", "٣x", "-1000", "1000000",
)  # fmt: skip

GOOD_POINT = '[1, 5, "smooth"]'

BAD_CURVES = [
    "", "not JSON", "\x00", "{}", "[]", "null", '"smooth"', "[0, 1]", "[null, null]",
    "[" * 4000, "[" * 100_000, f"[{GOOD_POINT}]", f"[{GOOD_POINT}] extra", "[[0, 5], [1, 5]]",
    "[" + ",".join(f'[{n / 100}, 5, "smooth"]' for n in range(25)) + "]",
    *[f"[{first}, {GOOD_POINT}]" for first in (
        '[0, 5, "smooth", 1]', '[0, NaN, "smooth"]', '[0, Infinity, "smooth"]',
        '[0, "5", "smooth"]', '[0, true, "smooth"]', '[0, 0.49, "smooth"]', '[0, 45.1, "smooth"]',
        '[0, 1e999, "smooth"]', '[0, ' + "9" * 4000 + ', "smooth"]', '[-0.1, 5, "smooth"]',
        '[1.1, 5, "smooth"]', '[1, 5, "smooth"]', '[0.999999999999, 5, "smooth"]',
        '[0, 5, "sideways"]', '[0, 5, ["smooth"]]', '[0, 5, {}]',
    )],
]  # fmt: skip
FAST = {"course": "drawn", "curve": '[[0, 45, "smooth"], [1, 45, "smooth"]]'}

BAD = [
    *[(name, {name: ""}) for name in (
        "affirmations", "voice", "repetitions", "duration_min", "course", "band", "beat_kind",
    )],
    *[(name, {name: value}) for name in (
        "repetitions", "duration_min", "carrier_hz", "beat_db", "pink_level_db", "voice_db",
        "lowpass_hz", "beat_hz",
    ) for value in NO_NUMBERS],
    *[(name, {name: value}) for name in (
        "gap_s", "jitter_s", "lead_in_s", "lead_out_s", "fade_in_s", "fade_out_s", "echo", "room",
        "duck_db", "duty", "depth", "rain_intensity", "ocean_period_s", "drone_octave",
    ) for value in ("abc", "nan", "-1000", "1000000")],
    *[(name, {name: "nothing of the kind"}) for name in (
        "course", "voice", "order", "band", "beat_kind", "wave", "beds", "bowls_strikes",
        "drone_key",
    )],
    ("duration_min", {"duration_min": "0"}),
    ("duration_min", {"duration_min": "121"}),
    ("duration_min", {"duration_min": "2.5"}),
    ("repetitions", {"repetitions": "0"}),
    ("repetitions", {"repetitions": "21"}),
    ("carrier_hz", {"carrier_hz": "19.99"}),
    ("carrier_hz", {"carrier_hz": "1500.01"}),
    ("carrier_hz", {"carrier_hz": "20", "band": "gamma"}),
    ("carrier_hz", {"carrier_hz": "5", "beat_kind": "none"}),
    ("beat_hz", {"band": "custom"}),
    ("beat_hz", {"band": "custom", "beat_hz": "0.49"}),
    ("beat_hz", {"band": "custom", "beat_hz": "45.1"}),
    ("beat_hz", {"band": "theta", "beat_hz": "45.1"}),
    ("beat_db", {"beat_db": "0.1"}),
    ("pink_level_db", {"pink_level_db": "-60.1"}),
    ("pink_level_db", {"pink_level_db": "1", "beds": []}),
    ("beat_db", {"beat_db": "1", "beat_kind": "none"}),
    ("drone_octave", {"drone_octave": "2.5"}),
    ("beds", {"beds": ["pink", "pink"]}),
    ("beds", {"beds": ["white", "pink", "brown", "blue", "violet", "rain", "ocean"]}),
    ("beds", {
        "beds": ["pink", "brown", "rain", "ocean", "wind"], "pink_level_db": "0",
        "brown_level_db": "0", "rain_level_db": "0", "ocean_level_db": "0", "wind_level_db": "0",
    }),
    ("beat_kind", {"beat_kind": "embedded", "beds": []}),
    ("carrier_hz", FAST | {"carrier_hz": "22"}),
    ("duty", {"beat_kind": "isochronic", "band": "gamma", "duty": "10"}),
    ("fade_out_s", {"duration_min": "1", "fade_out_s": "59"}),
    *[("curve", {"course": "drawn", "curve": curve}) for curve in BAD_CURVES],
    ("curve", {"curve": "not JSON"}),
    ("lowpass_hz", {"lowpass_hz": "1999"}),
    ("lowpass_hz", {"lowpass_hz": "8001"}),
    ("title", {"title": "a" * 121}),
    ("title", {"title": "a" * 1_000_000}),
    ("title", {"title": "bell \x07"}),
    ("title", {"title": "null \x00"}),
    ("affirmations", {"affirmations": " \n\t\n "}),
    ("affirmations", {"affirmations": "I am\x1b[31m red"}),
    ("affirmations", {"affirmations": "I am\x00 null"}),
    ("affirmations", {"affirmations": "!!! ... ???"}),
    ("affirmations", {"affirmations": "a" * 401}),
    ("affirmations", {"affirmations": "a" * 1_000_000}),
    ("affirmations", {"affirmations": LINE * 501}),
    ("affirmations", {"affirmations": LINE * 10_000}),
    ("affirmations", {"affirmations": ("I rest in peace " * 20 + "\n") * 500}),
    *[(name, {name: ["1", "2"]}) for name in (
        "title", "affirmations", "duration_min", "beat_hz", "curve", "course", "rain_level_db",
    )],
    ("key", {"key": "not a key"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "changed"), BAD, ids=[f"{field}={str(changed)[:60]}" for field, changed in BAD]
)
def test_the_message_stands_beside_the_field(client, choices, balance, field, changed):
    response = client.post("/studio/", choices | changed)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Job.objects.exists()
    assert balance() == 1


@pytest.mark.parametrize("field", ["duration_min", "repetitions", "drone_octave"])
def test_a_fraction_where_there_is_none_is_called_so(client, choices, field):
    response = client.post("/studio/", choices | {field: "2.5"})
    assert response.context["form"].errors[field] == ["Enter a whole number."]


@pytest.mark.parametrize("field", ["affirmations", "duration_min", "band", "voice", "course"])
def test_a_field_that_is_not_sent_is_asked_for(client, choices, field):
    del choices[field]
    response = client.post("/studio/", choices)
    assert field in response.context["form"].errors
    assert not Job.objects.exists()


def test_one_fault_gives_one_message(client, choices):
    """No message about a field that is right, and none twice."""
    response = client.post("/studio/", choices | {"carrier_hz": "5"})
    assert response.context["form"].errors == {"carrier_hz": ["Must be from 20 to 1500 Hz."]}


def test_every_faulty_line_is_named_by_its_number(client, choices):
    response = client.post(
        "/studio/", choices | {"affirmations": "fine\n\n!!!\nfine\n" + "a" * 401}
    )
    assert response.context["form"].errors["affirmations"] == [
        "Line 3 has no words to speak.",
        "Line 5 must have from 1 to 400 characters.",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "أنا هادئ",
        "我很平静",
        "I am 🧘🏽‍♀️ calm",
        "Ich bin ruhig — ganz",
        "‏שלום‏",
        "<script>alert(1)</script>",
    ],
    ids=["arabic", "chinese", "emoji", "dash", "rtl marks", "markup"],
)
def test_words_of_every_kind_are_welcome(client, choices, words):
    response = client.post("/studio/", choices | {"title": words, "affirmations": words})
    assert response.status_code == 302
    assert Job.objects.get().track_spec.speech.lines == (words,)
    page = client.get(response.url).content.decode()
    assert "<script>alert" not in page


def test_the_limits_themselves_are_permitted(client, choices):
    for changed in (
        {"duration_min": "1"}, {"duration_min": "120"}, {"carrier_hz": "20", "band": "delta"},
        {"carrier_hz": "1500"}, {"beat_db": "0"}, {"beat_db": "-60"}, {"lowpass_hz": "2000"},
        {"lowpass_hz": "8000"}, {"title": "a" * 120},
        {"affirmations": "a" * 400, "duration_min": "120"},
        {"affirmations": LINE * 500, "duration_min": "120"},
    ):  # fmt: skip
        response = client.post("/studio/quote/", choices | changed)
        assert response.context["quote"].spacing.fits, changed


def test_more_than_a_form_can_be_is_refused(client, choices):
    response = client.post("/studio/", choices | {"affirmations": "a" * 5_000_000})
    assert response.status_code in (400, 413)
    assert not Job.objects.exists()


ENGLISH = re.compile(r"\b(the|must|has|have|is|of|at most|from|below|does not|character)\b", re.I)


@pytest.mark.parametrize("changed", [changed for _field, changed in BAD], ids=str)
def test_a_german_reads_no_english(client, choices, changed):
    response = client.post("/studio/", choices | changed, headers={"Accept-Language": "de"})
    errors = response.context["form"].errors.values()
    # Django says again what it did not find among the choices.
    told = [message.replace("nothing of the kind", "") for of in errors for message in of]
    assert told
    assert not [message for message in told if ENGLISH.search(message)]
    assert not any("nicht zum Übrigen" in message for message in told), "said too vaguely"
