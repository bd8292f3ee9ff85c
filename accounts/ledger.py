"""Credits: every way to move them, and the only code that writes the ledger.

Each function is safe to call again: an entry with the same kind and source is written once.
"""

import uuid

from django.db import transaction
from django.db.models import Sum

from accounts.errors import NotEnoughCredits
from accounts.models import LedgerEntry, User

SIGNUP_CREDITS = 1


def balance(user) -> int:
    """The credits ``user`` can spend."""
    return user.ledger_entries.aggregate(sum=Sum("amount"))["sum"] or 0


def give_signup_credit(user) -> bool:
    """Give the free credit of a first sign-in; false when ``user`` has had it."""
    return _write(user, LedgerEntry.Kind.SIGNUP, SIGNUP_CREDITS, source=f"user:{user.pk}")


def charge(user, amount: int, *, source: str) -> bool:
    """Take ``amount`` (> 0) credits for ``source``; false when it was paid already.

    Raises
    ------
    NotEnoughCredits
        When the balance is smaller than ``amount``; nothing is written.
    """
    return _take(user, LedgerEntry.Kind.CHARGE, amount, source=source)


def refund(user, amount: int, *, source: str, actor=None, reason: str = "") -> bool:
    """Give ``amount`` (> 0) credits back; false when ``source`` was refunded already."""
    return _write(user, LedgerEntry.Kind.REFUND, amount, source=source, actor=actor, reason=reason)


def refunds_since(user, moment, *, reason: str) -> int:
    """How many charges ``user`` was given back for ``reason`` since then, not counting by staff."""
    refunds = user.ledger_entries.filter(kind=LedgerEntry.Kind.REFUND, actor=None)
    return refunds.filter(reason=reason, created_at__gte=moment).count()


def kind_by_hand(amount: int) -> LedgerEntry.Kind:
    """What staff make by moving ``amount`` credits: a gift, or a correction when it is < 0."""
    return LedgerEntry.Kind.GRANT if amount > 0 else LedgerEntry.Kind.ADJUSTMENT


def adjust(user, amount: int, *, reason: str, actor=None, source: str = "") -> bool:
    """Move credits by hand, as :func:`kind_by_hand` says.

    ``source`` makes a repeated request one movement; without it each call is a new one.

    Raises
    ------
    NotEnoughCredits
        When a correction would take more than there is.
    """
    details = {
        "source": source or f"staff:{uuid.uuid4()}",
        "actor": actor,
        "reason": reason,
    }
    if amount > 0:
        return _write(user, kind_by_hand(amount), amount, **details)
    return _take(user, kind_by_hand(amount), -amount, **details)


def _take(user, kind, amount: int, *, source: str, **details) -> bool:
    """Write a movement of ``-amount`` if the balance allows it and it is not there already."""
    with transaction.atomic():
        # Held until the end, so that two takers cannot both see the same balance.
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if LedgerEntry.objects.filter(kind=kind, source=source).exists():
            return False
        available = balance(user)
        if available < amount:
            raise NotEnoughCredits(balance=available, needed=amount)
        return _write(user, kind, -amount, source=source, **details)


def _write(user, kind, amount, *, source, actor=None, reason="") -> bool:
    _, created = LedgerEntry.objects.get_or_create(
        kind=kind,
        source=source,
        defaults={"user": user, "amount": amount, "actor": actor, "reason": reason},
    )
    return created
