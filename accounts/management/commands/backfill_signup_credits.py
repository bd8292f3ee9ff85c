"""`manage.py backfill_signup_credits`"""

from django.core.management.base import BaseCommand
from django.db.models import Exists, OuterRef

from accounts import ledger
from accounts.models import LedgerEntry, User


class Command(BaseCommand):
    help = "Give the welcome credit to everyone who never had it; safe to run again."

    def handle(self, **options):
        had = LedgerEntry.objects.filter(user=OuterRef("pk"), kind=LedgerEntry.Kind.SIGNUP)
        without = User.objects.filter(~Exists(had))
        given = sum(ledger.give_signup_credit(user) for user in without)
        self.stdout.write(f"{given} welcome credits given.")
