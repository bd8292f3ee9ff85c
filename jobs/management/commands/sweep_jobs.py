"""`manage.py sweep_jobs`"""

from django.core.management.base import BaseCommand

from jobs import tasks


class Command(BaseCommand):
    help = "Look after jobs, companions and files to delete, that were left behind."

    def handle(self, **options):
        done = tasks.sweep()
        self.stdout.write(", ".join(f"{number} {what}" for what, number in done.items()))
