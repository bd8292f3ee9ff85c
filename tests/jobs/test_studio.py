"""The studio turns choices into one paid job, and says what it will cost before."""

import json
import re
from uuid import UUID

import pytest
from django.urls import reverse

from accounts import ledger
from jobs import lifecycle
from jobs.bands import band_of_track
from jobs.models import Job
from jobs.studio.beds import BED_OF, key_of
from jobs.studio.form import JobForm
from jobs.studio.presets import PRESETS
from tests.jobs.choices import FILLINGS

STUDIO = "/studio/"
TAG = re.compile("<[^>]*>")


@pytest.fixture
def spec_of(choices):
    """The spec that the form makes of the usual choices with some changed."""

    def spec_of(**changed):
        form = JobForm(choices | changed)
        assert form.is_valid(), form.errors
        return form.cleaned_data["spec"]

    return spec_of


def test_choices_become_a_spec(spec_of):
    spec = spec_of(lowpass_hz="3750", repetitions="3", order="shuffled")
    assert (spec.title, spec.duration_s) == ("Calm evening", 300)
    [beat], [bed] = spec.beats, spec.beds
    assert (beat.kind, beat.beat_hz, beat.carrier_hz) == ("binaural", 6, 200)
    assert (beat.level_db, bed.level_db, spec.speech.level_db) == (-12, -24, -15)
    assert bed.colour == "pink"
    assert spec.speech.lines == ("I am calm", "I am strong", "I am here")
    assert (spec.speech.lowpass_hz, spec.speech.repetitions) == (3750, 3)
    assert spec.speech.order == "shuffled"


@pytest.mark.parametrize(
    ("band", "beat_hz"),
    [("delta", 2), ("delta4", 4), ("theta", 6), ("alpha", 10), ("beta", 20), ("gamma", 40)],
)
def test_a_band_stands_for_its_beat(spec_of, band, beat_hz):
    assert spec_of(band=band).beats[0].beat_hz == beat_hz


def test_a_beat_of_one_s_own(spec_of):
    assert spec_of(band="custom", beat_hz="7.83").beats[0].beat_hz == 7.83


def test_the_recipe_has_the_names_of_the_studio(client, choices):
    chosen = {"beds": ["rain", "ocean", "stream", "fire", "bowls", "drone"]}
    client.post(STUDIO, choices | chosen | {"beat_kind": "embedded"})
    job = Job.objects.get()
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "6 Hz, embedded" in page
    levels_db = [bed.level_db for bed in job.track_spec.beds]
    told = [f"{BED_OF[key].name} −{-level_db:g} dB"
            for key, level_db in zip(chosen["beds"], levels_db, strict=True)]  # fmt: skip
    assert ", ".join(told) in page


def test_what_is_switched_off_is_not_in_the_spec(spec_of):
    spec = spec_of(beat_kind="none", beds=[])
    assert spec.beats == ()
    assert spec.beds == ()


def test_blank_lines_and_spaces_do_not_count(spec_of):
    assert spec_of(affirmations="\n  I  am \n\n\t\nhere\n").speech.lines == ("I am", "here")


def test_submitting_leads_to_the_job_and_takes_the_credit(client, choices, balance):
    response = client.post(STUDIO, choices)
    job = Job.objects.get()
    assert response.url == f"/jobs/{job.pk}/"
    assert balance() == 0


def test_a_double_click_is_one_job(client, choices, user, balance):
    ledger.adjust(user, 5, reason="a gift")
    first, second = client.post(STUDIO, choices), client.post(STUDIO, choices)
    assert first.url == second.url
    assert balance() == 5


def test_without_credits_the_words_are_kept_and_the_way_on_is_shown(client, choices, user):
    ledger.adjust(user, -1, reason="spent")
    response = client.post(STUDIO, choices)
    page = response.content.decode()
    assert response.status_code == 200
    assert "costs 1 credit and you have 0." in page
    assert reverse("credits") in page
    assert "I am strong" in page
    assert not Job.objects.exists()


def test_the_form_starts_so_well_that_only_words_are_needed(client, choices):
    form = client.get(STUDIO).context["form"]
    start = {name: form[name].value() for name in form.fields}
    start = {name: value for name, value in start.items() if value is not None}
    form = JobForm(start | {"affirmations": "I sleep well", "voice": choices["voice"]})
    assert form.is_valid(), form.errors
    spec = form.cleaned_data["spec"]
    assert spec.title == "I sleep well"
    assert spec.beats[0].beat_hz[0].value > spec.beats[0].beat_hz[-1].value
    assert len(spec.beds) == 2


def _voice(page) -> str:
    """The voice that a page's form has chosen."""
    return re.search(r'<option value="(espeak:[^"]*)" selected>', page.content.decode())[1]


@pytest.mark.parametrize(("language", "voice"), [("en", "espeak:en-us+f3"), ("de", "espeak:de+f2")])
def test_a_first_form_starts_with_a_voice_of_the_page_s_language(client, language, voice):
    for path in (STUDIO, f"{STUDIO}?preset=nap"):
        assert _voice(client.get(path, headers={"Accept-Language": language})) == voice


def test_a_new_form_starts_with_the_voice_of_the_newest_track(client, choices, user, other, spec):
    ledger.adjust(user, 9, reason="a gift")
    ledger.adjust(other, 9, reason="a gift")
    for n, voice in enumerate(["espeak:it+f2", "espeak:fr+f2"]):
        client.post(STUDIO, choices | {"voice": voice, "key": str(UUID(int=n))})
    lifecycle.submit_job(other, spec, key="another's")
    assert _voice(client.get(STUDIO)) == "espeak:fr+f2"
    older = Job.objects.of(user).last()
    assert _voice(client.get(f"/jobs/{older.pk}/like/")) == "espeak:it+f2"


def test_a_voice_that_is_gone_is_not_started_with(client, job):
    speech = job.spec["speech"] | {"voice": "espeak:gone"}
    Job.objects.update(spec=job.spec | {"speech": speech})
    for path in (STUDIO, f"/jobs/{job.pk}/like/"):
        assert _voice(client.get(path, headers={"Accept-Language": "de"})) == "espeak:de+f2"


@pytest.mark.parametrize("changed", FILLINGS.values(), ids=FILLINGS)
def test_making_another_starts_from_the_same_choices(client, choices, spec_of, changed):
    client.post(STUDIO, choices | changed)
    made = Job.objects.get()
    form = client.get(f"/jobs/{made.pk}/like/").context["form"]
    again = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    assert spec_of(**again | {"key": choices["key"]}) == made.track_spec


def test_making_another_has_the_title_of_today_and_claims_no_drawing(client, choices):
    drawn = choices | {"course": "drawn", "curve": '[[0, 10, "smooth"], [1, 4, "linear"]]'}
    client.post(STUDIO, drawn)
    made = Job.objects.get()
    client.post(f"/jobs/{made.pk}/rename/", {"title": "Calm night"})
    page = client.get(f"/jobs/{made.pk}/like/").content.decode()
    assert 'value="Calm night"' in page
    assert "a curve of its own" in page
    assert "you drew" not in page


def test_the_quote_tells_cost_and_spacing(client, choices):
    response = client.post("/studio/quote/", choices | {"title": "", "repetitions": "3"})
    quote = response.context["quote"]
    assert (quote.credits, quote.spacing.count, quote.spacing.fits) == (1, 9, True)
    page = response.content.decode()
    assert "1 credit" in page
    assert "every" in page
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("أنا هادئ\nI am calm\nאני רגוע", "2 lines are in a script"),
        ("我很平静", "1 line is in a script"),
        ("Я спокоен", "1 line is in a script"),
        ("I breathe α waves\nJe suis né à Łódź\n10 × 10 = 100", None),
        ("मैं शांत हूँ", None),
    ],
)
def test_the_quote_tells_of_words_that_the_voice_would_spell(client, choices, words, said):
    page = client.post("/studio/quote/", choices | {"affirmations": words}).text
    assert said in page if said else "in a script" not in page
    assert "1 credit" in page


def test_the_quote_tells_where_the_lines_will_lie(client, choices):
    page = client.post("/studio/quote/", choices | {"lead_in_s": "7"}).content.decode()
    marks = json.loads(re.search(r'data-marks="([^"]*)"', page)[1])
    assert len(marks) == 3
    assert marks[0][0] == 7
    assert marks[-1][1] == pytest.approx(300 - 5, abs=0.02)


def test_the_quote_says_plainly_that_words_do_not_fit(client, choices):
    long = choices | {"affirmations": "I breathe in and out slowly\n" * 100, "duration_min": "1"}
    response = client.post("/studio/quote/", long)
    assert f"{response.context['quote'].spacing.needed_min} min" in response.content.decode()


SEVEN = ["white", "pink", "brown", "blue", "violet", "rain", "ocean"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"duration_min": ""}, "Length: This field is required."),
        ({"duration_min": "0"}, "Length: Must be from 1 to 120 minutes."),
        ({"duration_min": "999"}, "Length: Must be from 1 to 120 minutes."),
        ({"affirmations": "a" * 401}, "Your words: Line 1 must have from 1 to 400 characters."),
        ({"repetitions": "50"}, "How often each line: Must be from 1 to 20."),
        ({"gap_s": "0"}, "Pause between lines: Must be from 0.3 to 3600 seconds."),
        ({"beds": ["no such sound"]}, "Sounds underneath: Select a valid choice."),
    ],
    ids=str,
)
def test_the_quote_tells_what_is_wrong_in_place_of_a_cost(client, choices, changed, told):
    page = client.post("/studio/quote/", choices | changed).content.decode()
    assert told in TAG.sub("", page)
    assert "credit" not in page
    assert "once there are words" not in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"beds": SEVEN}, "Sounds underneath: Must have at most 6 sounds."),
        ({"beat_kind": "embedded", "beds": []}, "Kind of beat: Needs a sound underneath"),
        ({"band": "custom"}, "Your own beat: Give your own beat"),
        ({"duration_min": "120", "repetitions": "20", "affirmations": "I rest in peace\n" * 500},
         "Your words: Spoken, these words need"),
    ],
    ids=str,
)  # fmt: skip
def test_the_quote_tells_what_will_be_refused_beside_the_cost(client, choices, changed, told):
    page = client.post("/studio/quote/", choices | changed).content.decode()
    assert told in TAG.sub("", page)
    assert "1 credit" in page


def test_the_quote_waits_for_words(client, choices):
    page = client.post("/studio/quote/", choices | {"affirmations": " \n"}).content.decode()
    assert "once there are words" in page
    assert "warning" not in page


def test_words_that_do_not_fit_are_refused_with_the_least_length_that_would(client, choices):
    long = choices | {"affirmations": "I breathe in and out slowly\n" * 100, "duration_min": "1"}
    response = client.post(STUDIO, long)
    least = response.context["quote"].spacing.needed_min
    [message] = response.context["form"].errors["duration_min"]
    assert f"at least {least} minutes" in message
    assert not Job.objects.exists()
    assert "duration_min" in JobForm(long | {"duration_min": str(least - 1)}).errors
    assert JobForm(long | {"duration_min": str(least)}).is_valid()


def test_the_studio_asks_strangers_to_sign_in(client):
    client.logout()
    assert client.get(STUDIO).url == "/accounts/login/?next=/studio/"


def test_a_page_asks_the_database_little(client, choices, django_assert_max_num_queries):
    client.post(STUDIO, choices)
    like = f"/jobs/{Job.objects.get().pk}/like/"
    for path in (STUDIO, like):
        with django_assert_max_num_queries(6):
            assert client.get(path).status_code == 200
    with django_assert_max_num_queries(6):
        assert client.post("/studio/quote/", choices).status_code == 200


def test_the_fields_and_so_their_errors_stand_in_the_order_of_the_page(client):
    response = client.get(STUDIO)
    page, fields = response.content.decode(), response.context["form"].fields
    fields = [name for name in fields if name != "key"]
    assert fields == sorted(fields, key=lambda name: page.index(f' name="{name}"'))


def test_the_page_says_which_form_became_a_track(client, choices):
    assert choices["key"] not in client.get(STUDIO).content.decode()
    client.post(STUDIO, choices)
    for path in (STUDIO, f"/jobs/{Job.objects.get().pk}/like/"):
        assert f'data-sent="{choices["key"]}"' in client.get(path).content.decode()
    assert client.cookies["studio_sent"]["path"] == "/"


def test_figures_are_written_for_the_browser_in_any_language(client, choices):
    client.post(STUDIO, choices | {"band": "custom", "beat_hz": "7.5"})
    path = f"/jobs/{Job.objects.get().pk}/like/"
    page = client.get(path, headers={"Accept-Language": "de"}).content.decode()
    assert "Deine Worte" in page
    assert 'value="7.5"' in page


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_preset_fits_the_shortest_track(choices, preset):
    changed = {"affirmations": "I am calm", "repetitions": "1", "duration_min": "1"}
    form = JobForm(preset.choices() | changed | {"voice": choices["voice"]})
    assert form.is_valid(), form.errors


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_preset_is_a_track_with_its_own_lines(choices, preset):
    lines = "\n".join(map(str, preset.lines))
    form = JobForm(preset.choices() | {"affirmations": lines, "voice": choices["voice"]})
    assert form.is_valid(), form.errors
    spec = form.cleaned_data["spec"]
    assert band_of_track(spec) == preset.band.key
    assert {key_of(bed) for bed in spec.beds} == set(preset.beds)


def test_a_session_names_the_parts_of_the_track(spec_of):
    spec = spec_of(course="nap", duration_min="20")
    assert [phase.name for phase in spec.phases] == ["Settle", "Deepen", "Hold", "Return"]
    assert spec.phases[1].start_s == spec.beats[0].beat_hz[1].time_s == 180
    assert spec_of().phases == ()


def test_size_and_waiting_time_grow_with_what_is_asked(choices, other, spec):
    def quote(**changed):
        return JobForm(choices | changed).quote

    usual = quote()
    assert quote(duration_min="10").megabytes > usual.megabytes > quote(beds=[]).megabytes
    assert quote(duration_min="120").wait_s() > usual.wait_s() > 0
    before = usual.wait_s()
    ledger.adjust(other, 9, reason="a gift")
    for n in range(9):
        lifecycle.submit_job(other, spec, key=f"{n}")
    assert usual.wait_s() > before
