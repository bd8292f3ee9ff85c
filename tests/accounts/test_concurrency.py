"""Credits under real races: threads with connections of their own, on the suite's database."""

import uuid
from importlib import import_module
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.test import Client

from accounts import demo, ledger
from accounts.admin import AdjustmentForm
from tests.at_once import at_once

User = get_user_model()
pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = import_module("accounts.migrations.0002_ledger_append_only").POSTGRESQL


def kinds(answers) -> dict:
    """How often there was which answer, an error counted by its class."""
    named = [type(a).__name__ if isinstance(a, Exception) else a for a in answers]
    return {name: named.count(name) for name in named}


def test_of_twenty_charges_on_one_credit_exactly_one_is_paid(user):
    answers = at_once(20, lambda number: ledger.charge(user, 1, source=f"job:{number}"))
    assert kinds(answers) == {True: 1, "NotEnoughCredits": 19}
    assert ledger.balance(user) == 0


def test_charges_and_corrections_share_one_balance(user):
    def take(number):
        if number % 2:
            return ledger.charge(user, 1, source=f"job:{number}")
        return ledger.adjust(user, -1, reason="a correction")

    assert kinds(at_once(10, take)) == {True: 1, "NotEnoughCredits": 9}
    assert ledger.balance(user) == 0


@pytest.mark.parametrize(
    "move",
    [
        lambda user: ledger.charge(user, 1, source="job:a"),
        lambda user: ledger.refund(user, 1, source="refund:a"),
        lambda user: ledger.adjust(user, 1, reason="a gift", source="staff:a"),
    ],
    ids=["charge", "refund", "grant"],
)
def test_the_same_movement_from_ten_sides_is_written_once(user, move):
    before = ledger.balance(user)
    assert kinds(at_once(10, lambda _: move(user))) == {True: 1, False: 9}
    assert abs(ledger.balance(user) - before) == 1


def test_one_person_s_charges_do_not_hinder_another_s():
    people = [User.objects.create_user(f"{n}@example.com") for n in range(8)]
    for person in people:
        ledger.give_signup_credit(person)
    answers = at_once(8, lambda n: ledger.charge(people[n], 1, source=f"job:{n}"))
    assert kinds(answers) == {True: 8}


def test_first_demo_sign_ins_at_once_make_one_account_with_one_credit():
    answers = at_once(5, lambda _: demo.demo_user().email)
    assert kinds(answers) == {demo.DEMO_EMAIL: 5}
    assert ledger.balance(User.objects.get()) == 1


@pytest.fixture
def _without_the_lock(monkeypatch):
    """Two who charge see the balance before either writes: what the lock prevents."""
    seen = Barrier(2, timeout=10)
    balance = ledger.balance

    def seen_together(user):
        answer = balance(user)
        seen.wait()
        return answer

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    monkeypatch.setattr(ledger, "balance", seen_together)


@pytest.fixture
def _without_the_trigger():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_no_overdraft ON accounts_ledgerentry")
    yield
    with connection.cursor() as cursor:
        cursor.execute(GUARDS["ledger_no_overdraft"])


@pytest.mark.postgresql
@pytest.mark.usefixtures("_without_the_lock", "_without_the_trigger")
def test_control_without_lock_and_trigger_a_credit_is_sold_twice(user):
    answers = at_once(2, lambda number: ledger.charge(user, 1, source=f"job:{number}"))
    assert kinds(answers) == {True: 2}
    assert sum(user.ledger_entries.values_list("amount", flat=True)) == -1


@pytest.mark.postgresql
@pytest.mark.usefixtures("_without_the_lock")
def test_without_the_lock_the_database_still_refuses(user):
    answers = at_once(2, lambda number: ledger.charge(user, 1, source=f"job:{number}"))
    assert sorted(map(str, map(type, answers))) == sorted(map(str, (bool, IntegrityError)))
    assert sum(user.ledger_entries.values_list("amount", flat=True)) == 0


@pytest.mark.postgresql
def test_staff_who_take_the_same_credit_at_once_are_told_who_was_late(user, monkeypatch):
    """Both forms are checked before either is written; on SQLite they come one after the other."""
    staff = [User.objects.create_superuser(f"staff{n}@example.com") for n in range(2)]
    checked, clean = Barrier(2, timeout=10), AdjustmentForm.clean

    def checked_together(form):
        data = clean(form)
        checked.wait()
        return data

    monkeypatch.setattr(AdjustmentForm, "clean", checked_together)
    add = "/admin/accounts/ledgerentry/add/"

    def take(number):
        browser = Client()
        browser.force_login(staff[number])
        fields = {
            "user": user.pk,
            "amount": -1,
            "reason": "taken",
            "source": f"staff:{uuid.uuid4()}",
        }
        browser.post(add, fields)
        return browser

    pages = [browser.get(add, {"user": user.pk}).content for browser in at_once(2, take)]
    assert sum(b"by now the balance is only 0" in page for page in pages) == 1
    assert ledger.balance(user) == 0
