"""`manage.py sweep_jobs`"""

from django.core.management.base import BaseCommand

from jobs import lifecycle


class Command(BaseCommand):
    help = "Send jobs again that no worker knows of, and end those out of attempts."

    def handle(self, **options):
        done = lifecycle.sweep()
        self.stdout.write(f"{done['sent']} sent, {done['ended']} ended.")
