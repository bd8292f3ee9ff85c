"""Which tracks the movements of a person's credits are about."""

import re
from typing import NamedTuple

from django import template

from accounts.models import LedgerEntry
from jobs.models import Job

register = template.Library()
SOURCE = re.compile(r"(?:job|refund):([0-9a-f-]{36})")


class Movement(NamedTuple):
    """A ledger entry; ``is_about_track``, and the ``job`` unless it was deleted."""

    entry: LedgerEntry
    is_about_track: bool
    job: Job | None


@register.simple_tag
def movements(entries, user) -> list[Movement]:
    """Each entry with the track of ``user`` that it paid for, or gave the credits back for."""
    ids = {entry.pk: match[1] for entry in entries if (match := SOURCE.match(entry.source))}
    jobs = Job.objects.of(user).only("title").in_bulk(set(ids.values()))
    by_id = {str(job.pk): job for job in jobs.values()}
    return [Movement(entry, entry.pk in ids, by_id.get(ids.get(entry.pk, ""))) for entry in entries]
