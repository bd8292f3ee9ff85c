"""Staff find jobs, and retry, cancel, refund and unshare them; the ledger shows who did it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from accounts.models import LedgerEntry
from jobs import lifecycle
from jobs.admin import JobAdmin
from jobs.models import Job
from jobs.restraint import require_restraint
from tests.jobs.shelf import shelve

LIST = "/admin/jobs/job/"


@pytest.fixture
def staff(client):
    """A browser in which a member of staff is signed in."""
    boss = get_user_model().objects.create_superuser("boss@example.com", "a long password")
    client.force_login(boss)
    return client


@pytest.fixture
def act(staff):
    """Do an action of the list to every job."""

    def act(action, query=""):
        chosen = [str(job.pk) for job in Job.objects.all()]
        data = {"action": action, "_selected_action": chosen}
        return staff.post(LIST + query, data, follow=True).content.decode()

    return act


def test_jobs_are_listed_with_state_and_progress(staff, claim, user):
    lifecycle.beat(claim, Job.Stage.RENDER, 0.42)
    page = staff.get(LIST).content.decode()
    assert user.email in page
    assert "In the making" in page
    assert "42" in page


@pytest.mark.parametrize(
    "query",
    [
        "?state__exact=pending",
        "?stage__exact=render",
        "?q=Calm",
        "?q=ada@example.com",
        "?q=no-uuid",
    ],
)
def test_the_list_can_be_filtered_and_searched(staff, job, query):
    assert staff.get(LIST + query).status_code == 200


def test_a_long_title_leaves_room_for_the_rest(staff, job):
    Job.objects.update(title="Ö" * 120)
    page = staff.get(LIST).text
    assert "Ö" * 31 + "…<" in page
    assert f'title="{"Ö" * 120}"' in page
    assert "Ö" * 32 + "<" not in page


def test_a_stage_is_told_while_there_is_one(staff, claim):
    lifecycle.beat(claim, Job.Stage.RENDER, 0.4)
    change = f"{LIST}{claim.job.pk}/change/"
    for page in (LIST, change):
        assert ">Mixing the sound<" in staff.get(page).text.replace("\n", "")
    lifecycle.finish(claim, track="tracks/x/1.flac", track_bytes=1)
    assert "Mixing the sound</td>" not in staff.get(LIST).text
    assert "Mixing the sound" not in staff.get(change).text


def test_there_is_no_button_to_save_what_cannot_be_changed(staff, job):
    page = staff.get(f"{LIST}{job.pk}/change/").text
    for name in ("_save", "_continue", "_addanother"):
        assert f'name="{name}"' not in page


def test_a_job_is_found_by_its_id(staff, job):
    assert staff.get(f"{LIST}?q={job.pk}").context["cl"].result_count == 1


def test_the_list_is_read_in_order_and_without_the_recipes(staff, job):
    with CaptureQueriesContext(connection) as asked:
        staff.get(LIST)
    listed = [
        query["sql"] for query in asked if 'ORDER BY "jobs_job"."created_at" DESC' in query["sql"]
    ]
    assert len(listed) == 1
    assert '"spec"' not in listed[0]
    plan = f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It would rather read a table of one row as it is.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(plan + listed[0])
        assert "jobs_of_all" in str(cursor.fetchall())


def test_a_search_counts_what_it_finds_and_not_all_there_is(staff, job):
    assert staff.get(f"{LIST}?q=Calm").context["cl"].full_result_count is None


def test_saving_undoes_nothing_that_happens_meanwhile(staff, job, balance, monkeypatch):
    def meanwhile(admin, request, form, change):
        assert lifecycle.cancel(Job.objects.get())
        return form.save(commit=False)

    monkeypatch.setattr(JobAdmin, "save_form", meanwhile)
    inlines = {
        f"{name}-{count}_FORMS": 0 for name in ("files", "report") for count in ("TOTAL", "INITIAL")
    }
    response = staff.post(f"{LIST}{job.pk}/change/", inlines)
    assert response.status_code == 302
    assert (Job.objects.get().state, balance()) == ("cancelled", 1)


def test_a_job_is_looked_at_but_not_edited(staff, job):
    assert staff.get(f"{LIST}{job.pk}/change/").status_code == 200
    staff.post(f"{LIST}{job.pk}/change/", {"state": "completed", "price": 0})
    assert Job.objects.get().state == Job.State.PENDING
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{job.pk}/delete/").status_code == 403


def test_cancel_gives_the_credit_back(act, job, balance):
    assert "1 of 1 cancelled" in act("cancel")
    assert balance() == 1
    assert "0 of 1 cancelled" in act("cancel")


def test_what_leaves_the_list_by_what_is_done_to_it_is_counted(act, job):
    assert "1 of 1 cancelled" in act("cancel", "?state__exact=pending")


def test_what_staff_cancel_is_given_back_by_them_and_does_not_restrain_the_person(
    act, job, user, settings
):
    settings.JOB_REFUNDS_A_DAY = 1
    act("cancel")
    entry = LedgerEntry.objects.get(kind=LedgerEntry.Kind.REFUND)
    assert (entry.actor.email, entry.reason) == ("boss@example.com", "cancelled by staff")
    require_restraint(user)


def test_what_staff_did_is_noted_without_the_words_of_the_person(staff, act, job):
    act("cancel")
    act("cancel")
    act("retry")
    noted = LogEntry.objects.order_by("pk")
    assert [entry.change_message for entry in noted] == ["Cancelled.", "Put back in the queue."]
    assert {entry.user.email for entry in noted} == {"boss@example.com"}
    assert {entry.object_repr for entry in noted} == {str(job.pk)}
    assert "Cancelled." in staff.get(f"{LIST}{job.pk}/history/").content.decode()


@pytest.mark.parametrize(
    "lookup",
    [
        "share_token__startswith",
        "share_token",
        "submission__startswith",
        "files__job__share_token__startswith",
        "user__job__share_token__startswith",
    ],
)
def test_nothing_secret_is_found_out_through_a_filter(staff, completed, lookup):
    Job.objects.update(share_token="t" * 43)
    assert staff.get(f"{LIST}?{lookup}=t").status_code == 400


def test_retry_charges_again(act, claim, balance):
    lifecycle.fail(claim, "it broke")
    assert "1 of 1 put back in the queue" in act("retry")
    assert balance() == 0


def test_retry_without_credits_says_so(act, claim, user):
    lifecycle.fail(claim, "it broke")
    ledger.adjust(user, -1, reason="spent")
    page = act("retry")
    assert "too few credits" in page
    assert "0 of 1" in page


def test_retry_without_room_says_so(act, claim, user, settings):
    lifecycle.fail(claim, "it broke")
    settings.STORAGE_ALLOWANCE_MB = 1
    shelve(user, "Large", track_bytes=1_000_000)
    page = act("retry")
    assert "no room" in page
    assert "0 of 2" in page


def test_refund_of_a_finished_track_names_who_gave_it(act, completed, balance):
    assert "1 of 1 refunded" in act("refund")
    assert "0 of 1 refunded" in act("refund")
    assert balance() == 1
    entry = LedgerEntry.objects.get(kind=LedgerEntry.Kind.REFUND)
    assert (entry.actor.email, entry.reason) == ("boss@example.com", "refunded by staff")


def test_what_is_still_in_the_making_is_not_refunded(act, job, balance):
    assert "0 of 1 refunded" in act("refund")
    assert balance() == 0


def test_a_private_link_is_withdrawn(act, completed):
    Job.objects.update(share_token="t" * 43)
    assert "1 private link withdrawn" in act("withdraw")
    assert Job.objects.get().share_token is None
    assert "0 private links withdrawn" in act("withdraw")
    noted = LogEntry.objects.get()
    assert (noted.user.email, noted.object_id) == ("boss@example.com", str(completed.pk))
    assert noted.change_message == "Private link withdrawn."


@pytest.mark.parametrize("year", ["9" * 20, "99999", "0"])
def test_a_year_that_no_calendar_has_is_no_question(staff, job, year):
    assert staff.get(f"{LIST}?created_at__year={year}", follow=True).status_code == 200


def test_others_do_not_get_in(client, job):
    assert client.get(LIST).status_code == 302
    assert client.post(LIST, {"action": "refund", "_selected_action": [job.pk]}).status_code == 302
