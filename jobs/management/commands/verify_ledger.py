"""`manage.py verify_ledger`"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts import proof
from accounts.models import LedgerEntry
from jobs.models import Job

Kind, State = LedgerEntry.Kind, Job.State
AT_ONCE = 200
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SOURCE = re.compile(rf"(?:job|refund):({UUID})(?::([1-9][0-9]*))?")


class Command(BaseCommand):
    help = (
        "Prove every balance, and that every job was charged what it should have been. "
        "Prints each difference in a line and ends with 1 if there is any."
    )

    def handle(self, **options):
        found = 0
        with _one_moment():
            checks = chain(proof.differences(), _differences_of_jobs(), _strays())
            for found, difference in enumerate(checks, start=1):  # noqa: B007
                self.stdout.write(difference)
            looked_at = f"{LedgerEntry.objects.count()} entries and {Job.objects.count()} jobs"
        if found:
            raise CommandError(f"{looked_at}: {found} differences.")
        self.stdout.write(f"{looked_at}: no differences.")


@contextmanager
def _one_moment():
    """See jobs and ledger as they were at one moment, also while people go on using the site.

    On SQLite those who write wait meanwhile.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _differences_of_jobs() -> Iterator[str]:
    """Go through the jobs: each run charged once; given back when it came to nothing."""
    rows = Job.objects.order_by("pk").only("user_id", "state", "run", "price")
    for jobs in _batches(rows):
        runs = [(job, Job(pk=job.pk, run=n + 1)) for job in jobs for n in range(job.run)]
        charges = _by_source(Kind.CHARGE, [run.charge_source for _, run in runs])
        refunds = _by_source(Kind.REFUND, [run.refund_source for _, run in runs])
        for job, run in runs:
            charge, refund = charges.get(run.charge_source), refunds.get(run.refund_source)
            for fault in _faults(job, run.run, charge, refund):
                yield f"Job {job.pk}, run {run.run}, {job.state}: {fault}."


def _faults(job, run, charge, refund) -> Iterator[str]:
    came_to_nothing = run < job.run or job.state in (State.FAILED, State.CANCELLED)
    if charge is None:
        yield "never charged"
    elif (charge.user_id, charge.amount) != (job.user_id, -job.price):
        yield f"charged {charge.amount:+d} to user {charge.user_id}, price {job.price}"
    if refund:
        yield from _faults_of_refund(refund, charge)
        if not came_to_nothing and refund.actor_id is None:
            yield "given back, though it did not come to nothing and no staff did it"
    if came_to_nothing and (refund is None or refund.amount != job.price):
        yield f"{refund.amount if refund else 0} of {job.price} given back"


def _faults_of_refund(refund, charge) -> Iterator[str]:
    if charge is None:
        yield f"{refund} gives back what was never charged"
    elif refund.user_id != charge.user_id:
        yield f"{refund} went to user {refund.user_id}, the charge to {charge.user_id}"
    elif refund.amount > -charge.amount:
        yield f"{refund} gives back more than {charge}"
    elif refund.pk < charge.pk:
        yield f"{refund} came before {charge}"


def _strays() -> Iterator[str]:
    """Go through charges and refunds: each belongs to a run of a job that is, or was, there."""
    rows = LedgerEntry.objects.filter(kind__in=[Kind.CHARGE, Kind.REFUND]).order_by("pk")
    for entries in _batches(rows):
        named = {entry: _job_and_run(entry) for entry in entries}
        jobs = Job.objects.only("run").in_bulk([job for job, _ in filter(None, named.values())])
        jobs = {str(pk): job for pk, job in jobs.items()}
        charges = _by_source(Kind.CHARGE, [e.source.replace("refund:", "job:", 1) for e in entries])
        for entry, name in named.items():
            if name is None:
                yield f"Entry {entry.pk} ({entry}) belongs to no job."
            elif job := jobs.get(name[0]):
                if name[1] > job.run:
                    yield f"Entry {entry.pk} ({entry}): the job has only had {job.run} runs."
            elif entry.kind == Kind.REFUND:
                charge = charges.get(entry.source.replace("refund:", "job:", 1))
                for fault in _faults_of_refund(entry, charge):
                    yield f"Deleted job {name[0]}, run {name[1]}: {fault}."


def _job_and_run(entry) -> tuple[str, int] | None:
    """The id and the run that an entry's source names."""
    match = SOURCE.fullmatch(entry.source)
    if not match or entry.source.startswith("refund:") != (entry.kind == Kind.REFUND):
        return None
    # The first run goes without a number.
    job, run = match[1], int(match[2] or 1)
    return (job, run) if match[2] != "1" else None


def _by_source(kind, sources) -> dict[str, LedgerEntry]:
    entries = LedgerEntry.objects.filter(kind=kind, source__in=sources)
    return {entry.source: entry for entry in entries}


def _batches(rows) -> Iterator[list]:
    """The rows in lists, so that however many there are, few are in memory."""
    rows = rows.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        yield batch
