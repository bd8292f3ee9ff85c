"""`manage.py grant_credits EMAIL N --reason TEXT`"""

from django.core.management.base import BaseCommand, CommandError

from accounts import ledger
from accounts.errors import NotEnoughCredits
from accounts.models import User


class Command(BaseCommand):
    help = "Give credits to a person, or take them with a negative number."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("amount", type=int, metavar="N")
        parser.add_argument("--reason", required=True, help="why; it stands in the ledger")

    def handle(self, *, email, amount, reason, **options):
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"There is no user with the address {email}.")
        if not 0 < abs(amount) <= 100_000:
            raise CommandError("N must be from 1 to 100000, or the same below zero.")
        if not reason.strip() or len(reason) > 300:
            raise CommandError("The reason must have from 1 to 300 characters.")
        try:
            ledger.adjust(user, amount, reason=reason.strip())
        except NotEnoughCredits as error:
            raise CommandError(f"{user} has only {error.balance}.") from None
        self.stdout.write(f"{user} has {ledger.balance(user)} credits now.")
