"""`manage.py grant_credits EMAIL N --reason TEXT [--actor EMAIL]`"""

import getpass

from django.core.management.base import BaseCommand, CommandError

from accounts import ledger
from accounts.errors import NotEnoughCredits
from accounts.management.people import user_at
from accounts.models import LedgerEntry, User

REASON_CHARS = LedgerEntry._meta.get_field("reason").max_length


class Command(BaseCommand):
    help = (
        "Give credits to a person, or take them with a negative number. Without --actor, the "
        "ledger notes beside the reason which login of this machine did it."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("amount", type=int, metavar="N")
        parser.add_argument("--reason", required=True, help="why; it stands in the ledger")
        parser.add_argument("--actor", metavar="EMAIL", help="the member of staff who does it")

    def handle(self, *, email, amount, reason, actor, **options):
        user = user_at(email)
        if not 0 < abs(amount) <= 100_000:
            raise CommandError("N must be from 1 to 100000, or the same below zero.")
        if not reason.strip():
            raise CommandError("The reason must not be empty.")
        staff = _staff(actor) if actor else None
        reason = reason.strip() + ("" if staff else f" ({_login()} at the command line)")
        if len(reason) > REASON_CHARS:
            raise CommandError(f"The reason is {len(reason) - REASON_CHARS} characters too long.")
        try:
            ledger.adjust(user, amount, reason=reason, actor=staff)
        except NotEnoughCredits as error:
            raise CommandError(f"{user} has only {error.balance}.") from None
        self.stdout.write(f"{user} has {ledger.balance(user)} credits now.")


def _staff(email: str) -> User:
    staff = User.objects.filter(email__iexact=email, is_staff=True, is_active=True).first()
    if staff is None:
        raise CommandError(f"There is no member of staff with the address {email}.")
    return staff


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return "somebody without a login name"
