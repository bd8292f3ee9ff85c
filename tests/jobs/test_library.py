"""A person finds their tracks: searches, filters, sorts, pages, in a grid or a list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from tests.jobs.shelf import shelve

State = Job.State
UNMADE = {"track": "", "track_bytes": 0}
PARTIAL = {"HX-Request": "true", "HX-Target": "tracks"}


def _titles(client, query=""):
    return [job.title for job in client.get(f"/jobs/{query}").context["page"]]


def test_the_newest_come_first_and_pages_lead_on(client, user):
    shelve(user, *(f"Track {n}" for n in range(30)))
    assert _titles(client) == [f"Track {n}" for n in range(29, 5, -1)]
    assert _titles(client, "?page=2") == [f"Track {n}" for n in range(5, -1, -1)]
    assert "?page=2" in client.get("/jobs/").content.decode()


def test_pages_keep_what_was_asked_for(client, user):
    shelve(user, *(f"Sea {n}" for n in range(30)))
    page = client.get("/jobs/?q=sea&sort=title&band=theta").content.decode()
    assert "/jobs/?q=sea&amp;band=theta&amp;sort=title&amp;page=2" in page


def test_search_finds_parts_of_titles_in_any_case(client, user):
    shelve(user, "Evening calm", "Calm seas", "Focus")
    assert set(_titles(client, "?q=CALM")) == {"Evening calm", "Calm seas"}


@pytest.mark.parametrize(("words", "found"), [("%", "100 %"), ("_", "a_b"), ("\\", "c\\d")])
def test_what_sql_takes_for_a_wildcard_is_a_letter(client, user, words, found):
    shelve(user, "100 %", "a_b", "c\\d", "plain")
    response = client.get("/jobs/", {"q": words})
    assert [job.title for job in response.context["page"]] == [found]


def test_filters_by_band(client, user):
    shelve(user, "Slow", band="delta")
    shelve(user, "Calm", band="theta")
    shelve(user, "Only words", band="")
    assert _titles(client, "?band=delta") == ["Slow"]
    assert _titles(client, "?band=none") == ["Only words"]


def test_filters_by_state(client, user):
    shelve(user, "Done")
    shelve(user, "Waits", state=State.PENDING, delivered=False, **UNMADE)
    shelve(user, "Broke", state=State.FAILED, delivered=False, **UNMADE)
    shelve(user, "Stopped", state=State.CANCELLED, delivered=False, **UNMADE)
    shelve(user, "Kept", state=State.ARCHIVED, **UNMADE)
    assert _titles(client, "?state=ready") == ["Done"]
    assert _titles(client, "?state=making") == ["Waits"]
    assert set(_titles(client, "?state=unfinished")) == {"Broke", "Stopped"}
    assert _titles(client, "?state=archived") == ["Kept"]


def test_favourites_alone(client, user):
    shelve(user, "Plain")
    shelve(user, "Loved", favourite=True)
    assert _titles(client, "?favourites=1") == ["Loved"]
    Job.objects.update(favourite=False)
    assert "Tap the heart" in client.get("/jobs/?favourites=1").content.decode()


def test_a_library_that_one_can_look_through_offers_less_to_narrow_it(client, user):
    shelve(user, *(f"Track {n}" for n in range(7)))
    few = client.get("/jobs/").content.decode()
    assert 'name="q"' in few
    assert 'name="band"' not in few
    # What a link asks for can be taken back.
    assert 'name="band"' in client.get("/jobs/?sort=title").content.decode()
    shelve(user, "One more")
    for query in ["", "?q=one", "?favourites=1"]:
        assert 'name="band"' in client.get(f"/jobs/{query}").content.decode(), query


def test_sorts_by_length_and_by_title(client, user):
    shelve(user, "b", duration_s=60)
    shelve(user, "A", duration_s=600)
    shelve(user, "c", duration_s=90)
    assert _titles(client, "?sort=longest") == ["A", "c", "b"]
    assert _titles(client, "?sort=title") == ["A", "b", "c"]


@pytest.mark.parametrize(
    "query",
    [
        "?page=nonsense",
        "?page=-3",
        "?page=99999999999999999999",
        "?band=purple",
        "?band=custom&state=&sort=size",
        "?state=pending'--",
        "?favourites=maybe",
        "?view=holograms",
        "?q=%00",
        "?q=" + "x" * 5000,
        "?q=a&q=&unknown=1",
    ],
)
def test_a_query_that_makes_no_sense_is_no_error(client, user, query):
    shelve(user, "One")
    assert client.get(f"/jobs/{query}").status_code == 200


def test_what_is_unknown_in_a_query_is_left_out(client, user):
    shelve(user, "One")
    assert _titles(client, "?band=purple&state=x&sort=y&favourites=z&page=7") == ["One"]


def test_other_people_s_tracks_are_not_there(client, user, other):
    shelve(other, "Secret")
    shelve(user, "Mine")
    assert _titles(client) == ["Mine"]
    assert _titles(client, "?q=secret") == []


def test_an_empty_library_and_one_where_nothing_matches_help_differently(client, user):
    assert "Make your first track" in client.get("/jobs/").content.decode()
    shelve(user, "One")
    page = client.get("/jobs/?q=zebra").content.decode()
    assert "Nothing matches" in page
    assert "No title of yours has “zebra” in it." in page
    assert "together" not in page
    both = client.get("/jobs/?q=zebra&favourites=1&sort=title").content.decode()
    assert "together with what else you chose" in both
    assert 'href="/jobs/"' in page


def test_grid_or_list_is_remembered(client, user):
    shelve(user, "One")
    assert 'class="tracks grid"' in client.get("/jobs/").content.decode()
    assert 'class="tracks list"' in client.get("/jobs/?view=list").content.decode()
    assert 'class="tracks list"' in client.get("/jobs/").content.decode()


def test_htmx_gets_the_tracks_alone_and_an_address_that_says_the_same(client, user):
    shelve(user, "Sea")
    response = client.get("/jobs/?q=sea&band=&state=&sort=&view=grid", headers=PARTIAL)
    page = response.content.decode()
    assert page.lstrip().startswith("<section")
    assert "Sea" in page
    assert response["HX-Push-Url"] == "/jobs/?q=sea"
    assert "HX-Request" in response["Vary"]


def test_the_way_back_gets_a_whole_page(client, user):
    shelve(user, "Sea")
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/jobs/?q=sea", headers=headers).content.decode()


@pytest.mark.parametrize("count", [3, 60])
def test_the_library_takes_six_queries_and_no_recipes(client, user, count):
    shelve(user, *(f"Track {n}" for n in range(count)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/jobs/?q=track&sort=title&view=list")
    assert len(queries) <= 6
    assert not [query for query in queries.captured_queries if '"spec"' in query["sql"]]


def test_the_room_that_is_used_is_shown(client, user):
    shelve(user, "One", "Two")
    page = client.get("/jobs/").content.decode()
    assert "2.2\xa0MB of" in page
    assert "used" in page


def test_a_track_that_is_ready_plays_from_the_list(client, user):
    job = shelve(user, "One")[0]
    shelve(user, "Waits", state=State.PENDING, delivered=False, **UNMADE)
    page = client.get("/jobs/").content.decode()
    assert page.count("data-address=") == 1
    assert f'<source src="/jobs/{job.pk}/play/?as=opus" type="audio/ogg; codecs=opus">' in page
    assert f'<source src="/jobs/{job.pk}/play/?as=flac" type="audio/flac">' in page


def test_a_library_of_many_tracks_is_light(client, user):
    jobs = shelve(user, *(f"Track {n}" for n in range(60)))
    for path, most_bytes in [("/jobs/", 12_000), (f"/jobs/{jobs[0].pk}/cover/", 8_000)]:
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert len(response.content) < most_bytes
