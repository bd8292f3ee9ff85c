"""`manage.py close_account EMAIL`"""

from django.core.management.base import BaseCommand

from accounts import closing
from accounts.management.people import user_at
from jobs import lifecycle
from jobs.models import Job


class Command(BaseCommand):
    help = (
        "Close an account for good: sign it out, delete its tracks, take out name and address. "
        "The ledger stays. Safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = user_at(email)
        sessions = closing.shut(user)
        tracks = 0
        # Until none is left: one may have been asked for in the moment before the account was shut.
        while job := Job.objects.of(user).first():
            lifecycle.remove(job)
            tracks += 1
        closing.forget(user)
        self.stdout.write(f"{user} is closed: {tracks} tracks and {sessions} sessions removed.")
