"""What staff can do with people and credits, and what nobody can."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from accounts.admin import UserAdmin
from accounts.models import LedgerEntry

User = get_user_model()
PASSWORD = "a-password-of-staff"
ADD = "/admin/accounts/ledgerentry/add/"


@pytest.fixture
def staff(db):
    """A person who may do everything in the admin."""
    return User.objects.create_superuser("staff@example.com", PASSWORD, name="Grace")


@pytest.fixture
def desk(staff):
    """A browser in which ``staff`` is signed in."""
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def send(desk, user):
    """Fill in and send the form that moves credits; ``again`` sends the one from before."""
    sources = []

    def send(amount, *, reason="asked by mail", again=False, person=user):
        if not again:
            sources.append(desk.get(f"{ADD}?user={person.pk}").context["adminform"].form["source"])
        fields = {"user": person.pk, "amount": amount, "reason": reason}
        return desk.post(ADD, fields | {"source": sources[-1].value()})

    return send


def sign_in(browser, email, password=PASSWORD, **request):
    return browser.post("/admin/login/", {"username": email, "password": password}, **request)


def faults(response) -> dict:
    """The fields of the form that has come back, with what is said beside them."""
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


class TestSigningIn:
    """By e-mail address and password, a few times a minute at the most."""

    def test_staff_by_address_and_password(self, stranger, staff):
        assert sign_in(stranger, staff.email).status_code == 302
        assert stranger.get("/admin/").status_code == 200

    def test_a_wrong_password_is_said_on_the_form(self, stranger, staff):
        assert sign_in(stranger, staff.email, "wrong").status_code == 200
        assert stranger.get("/admin/").status_code == 302

    def test_others_are_refused(self, stranger, staff):
        User.objects.create_user("plain@example.com", PASSWORD)
        assert sign_in(stranger, "plain@example.com").status_code == 200
        User.objects.filter(pk=staff.pk).update(is_active=False)
        assert sign_in(stranger, staff.email).status_code == 200
        assert "sessionid" not in stranger.cookies

    @pytest.mark.parametrize("path", ["/admin/", ADD, "/admin/accounts/user/"])
    def test_a_plain_person_has_no_admin(self, client, path):
        response = client.get(path)
        assert (response.status_code, response.url) == (302, f"/admin/login/?next={path}")

    def test_five_attempts_at_one_address_then_a_pause(self, stranger, staff):
        for number in range(5):
            place = {"REMOTE_ADDR": f"203.0.113.{number}"}
            assert sign_in(stranger, staff.email, "wrong", **place).status_code == 200
        refused = sign_in(stranger, staff.email.upper(), REMOTE_ADDR="203.0.113.9")
        assert refused.status_code == 429
        assert "sessionid" not in stranger.cookies

    @pytest.mark.parametrize(
        "spelling", ["ｓｔａｆｆ@example.com", "staff@ｅxample.com\u3000", "ﬆaff@example.com"]
    )
    def test_an_address_is_one_however_it_is_spelt(self, stranger, staff, spelling):
        for number in range(5):
            place = {"REMOTE_ADDR": f"203.0.113.{number}"}
            assert sign_in(stranger, staff.email, "wrong", **place).status_code == 200
        assert sign_in(stranger, spelling, REMOTE_ADDR="203.0.113.9").status_code == 429

    def test_while_nobody_can_count_attempts_there_are_none(self, stranger, staff, without_cache):
        refused = sign_in(stranger, staff.email)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert "sessionid" not in stranger.cookies
        assert stranger.get("/admin/login/").status_code == 200

    def test_twenty_attempts_from_one_place_then_a_pause(self, stranger, staff):
        for number in range(20):
            assert sign_in(stranger, f"{number}@example.com").status_code == 200
        assert sign_in(stranger, staff.email).status_code == 429
        assert sign_in(stranger, staff.email, REMOTE_ADDR="203.0.113.9").status_code == 302

    def test_looking_at_the_page_is_no_attempt(self, stranger):
        assert {stranger.get("/admin/login/").status_code for _ in range(25)} == {200}


class TestPeople:
    """Found, made and closed; never deleted."""

    def test_the_list_shows_balances(self, desk, user, other):
        ledger.adjust(user, 41, reason="a gift")
        rows = desk.get("/admin/accounts/user/").context["cl"].result_list
        assert {row.email: row.credits for row in rows} == {
            "staff@example.com": 0, "ada@example.com": 42, "bob@example.com": 0,
        }  # fmt: skip
        assert b'<td class="field-balance">42</td>' in desk.get("/admin/accounts/user/").content

    def test_people_are_counted_without_their_entries(self, desk, user):
        with CaptureQueriesContext(connection) as asked:
            desk.get("/admin/accounts/user/?is_active__exact=1")
        counts = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
        assert len(counts) == 1
        assert "ledgerentry" not in counts[0]

    def test_the_list_is_ordered_by_balance(self, desk, user, other):
        ledger.adjust(other, 5, reason="a gift")
        rows = desk.get("/admin/accounts/user/?o=-2").context["cl"].result_list
        assert [row.credits for row in rows] == [5, 1, 0]

    def test_a_person_s_page_leads_to_their_credits(self, desk, user):
        page = desk.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
        assert f"{ADD}?user={user.pk}" in page

    def test_staff_can_make_a_person(self, desk):
        fields = {"email": "new@example.com", "name": "New", "usable_password": "false"}
        assert desk.post("/admin/accounts/user/add/", fields).status_code == 302
        assert not User.objects.get(email="new@example.com").has_usable_password()

    def test_saving_a_person_brings_no_session_back(self, desk, user, monkeypatch):
        def meanwhile(admin, request, form, change):
            User.objects.get(pk=user.pk).end_all_sessions()
            return form.save(commit=False)

        page = f"/admin/accounts/user/{user.pk}/change/"
        fields = {"email": user.email, "name": "Ada L.", "is_active": "on"}
        monkeypatch.setattr(UserAdmin, "save_form", meanwhile)
        assert desk.post(page, fields).status_code == 302
        found = User.objects.get(pk=user.pk)
        assert (found.name, found.session_epoch) == ("Ada L.", 1)

    @pytest.mark.parametrize("email", ["Ada@Example.com", "ada@example.com", "nonsense"])
    def test_addresses_are_in_lower_case_and_nobody_else_s(self, desk, user, email):
        fields = {"email": email, "name": "", "usable_password": "false"}
        assert desk.post("/admin/accounts/user/add/", fields).status_code == 200
        assert User.objects.count() == 2

    def test_nobody_is_deleted(self, desk, user):
        assert desk.post(f"/admin/accounts/user/{user.pk}/delete/").status_code == 403
        desk.post(
            "/admin/accounts/user/",
            {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
        )
        assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize(
    ("listed", "field"), [("ledgerentry", "created_at"), ("user", "date_joined")]
)
@pytest.mark.parametrize("year", ["9" * 20, "99999", "0", "abc"])
def test_a_year_that_no_calendar_has_is_no_question(desk, listed, field, year):
    response = desk.get(f"/admin/accounts/{listed}/?{field}__year={year}", follow=True)
    assert response.status_code == 200


class TestCredits:
    """Moved by one form that asks how much and why, and written for ever."""

    def test_long_texts_leave_room_in_the_list_and_are_whole_on_the_entry_s_page(self, desk, user):
        why, source = "because " * 30 + "so", f"refund:{'a' * 60}"
        ledger.adjust(user, 1, reason=why, source=source)
        page = desk.get("/admin/accounts/ledgerentry/").text
        for text in (why, source):
            assert f">{text}<" not in page
            assert f'title="{text}"' in page
        entry = user.ledger_entries.first()
        whole = desk.get(f"/admin/accounts/ledgerentry/{entry.pk}/change/").text
        assert why in whole
        assert source in whole

    @pytest.mark.parametrize(
        ("amount", "kind"), [(5, LedgerEntry.Kind.GRANT), (-1, LedgerEntry.Kind.ADJUSTMENT)]
    )
    def test_a_movement_is_written_with_who_and_why(self, send, user, staff, amount, kind):
        assert send(amount).status_code == 302
        entry = user.ledger_entries.first()
        assert (entry.kind, entry.amount) == (kind, amount)
        assert (entry.actor, entry.reason) == (staff, "asked by mail")
        assert ledger.balance(user) == 1 + amount

    @pytest.mark.parametrize(
        ("amount", "reason", "field"),
        [
            (0, "why", "amount"), ("", "why", "amount"), ("x", "why", "amount"),
            (1.5, "why", "amount"), (100_001, "why", "amount"), (-100_001, "why", "amount"),
            (-2, "why", "amount"),
            (1, "", "reason"), (1, "   ", "reason"), (1, "x" * 301, "reason"),
        ],
    )  # fmt: skip
    def test_a_fault_is_said_beside_its_field_and_nothing_written(
        self, send, user, amount, reason, field
    ):
        assert list(faults(send(amount, reason=reason))) == [field]
        assert ledger.balance(user) == 1
        assert user.ledger_entries.count() == 1

    @pytest.mark.parametrize("amount", [5, -1])
    def test_sending_a_form_twice_is_one_movement(self, send, user, amount):
        assert send(amount).status_code == 302
        assert send(amount, again=True).status_code == 302
        assert ledger.balance(user) == 1 + amount

    @pytest.mark.parametrize("amount", [1, -1])
    def test_a_form_sent_with_both_signs_at_once_breaks_nothing(
        self, send, user, amount, monkeypatch
    ):
        adjust = ledger.adjust

        def after_the_other(person, amount, **details):
            adjust(person, -amount, **details)
            return adjust(person, amount, **details)

        monkeypatch.setattr(ledger, "adjust", after_the_other)
        assert send(amount).status_code == 302
        assert ledger.balance(user) == 1

    @pytest.mark.parametrize("nobody", ["abc", "9" * 20, "-1", "", "\u00b2"])
    def test_what_names_nobody_chooses_nobody(self, desk, user, nobody):
        opened = desk.get(ADD, {"user": nobody})
        assert opened.status_code == 200
        source = opened.context["adminform"].form["source"].value()
        fields = {"user": nobody, "amount": 5, "reason": "why", "source": source}
        assert "user" in faults(desk.post(ADD, fields))

    @pytest.mark.parametrize("amount", [7, -3])
    def test_going_back_and_changing_a_form_that_was_sent_is_refused(self, send, user, amount):
        send(5)
        assert "__all__" in faults(send(amount, again=True))
        assert ledger.balance(user) == 6

    def test_a_form_that_was_sent_is_not_another_person_s(self, send, user, other):
        send(5)
        assert "__all__" in faults(send(5, again=True, person=other))
        assert ledger.balance(other) == 0

    @pytest.mark.parametrize("source", ["", "job:a", "staff:1"])
    def test_the_form_cannot_speak_for_another_cause(self, desk, user, source):
        fields = {"user": user.pk, "amount": 5, "reason": "why", "source": source}
        assert desk.post(ADD, fields).status_code == 200
        assert ledger.balance(user) == 1

    def test_entries_are_neither_changed_nor_deleted(self, desk, user):
        entry = user.ledger_entries.get()
        page = f"/admin/accounts/ledgerentry/{entry.pk}"
        assert desk.get(f"{page}/change/").status_code == 200
        fields = {"user": user.pk, "amount": 9, "reason": "why", "source": entry.source}
        assert desk.post(f"{page}/change/", fields).status_code == 403
        assert desk.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
        desk.post(
            "/admin/accounts/ledgerentry/",
            {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"},
        )
        assert ledger.balance(user) == 1

    def test_staff_without_the_right_cannot_move_credits(self, user):
        helper = User.objects.create_user("helper@example.com", PASSWORD, is_staff=True)
        browser = Client()
        browser.force_login(helper)
        assert browser.get(ADD).status_code == 403
        assert browser.post(ADD, {"user": user.pk, "amount": 5, "reason": "x"}).status_code == 403
        assert ledger.balance(user) == 1
