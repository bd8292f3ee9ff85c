"""Which tracks the movements of a person's credits are about."""

import re
from typing import NamedTuple

from django import template
from django.utils.translation import gettext

from accounts.models import LedgerEntry
from jobs.models import Job
from jobs.restraint import SPOKEN

register = template.Library()
SOURCE = re.compile(r"(?:job|refund):([0-9a-f-]{36})")


class Movement(NamedTuple):
    """A ledger entry; ``is_about_track``, and the ``job`` unless it was deleted; and why it is."""

    entry: LedgerEntry
    is_about_track: bool
    job: Job | None
    reason: str


@register.simple_tag
def movements(entries, user) -> list[Movement]:
    """Each entry with the track of ``user`` that it paid for, or gave the credits back for."""
    ids = {entry.pk: match[1] for entry in entries if (match := SOURCE.match(entry.source))}
    jobs = Job.objects.of(user).only("title").in_bulk(set(ids.values()))
    by_id = {str(job.pk): job for job in jobs.values()}
    return [
        Movement(entry, entry.pk in ids, by_id.get(ids.get(entry.pk, "")), _reason_of(entry))
        for entry in entries
    ]


def _reason_of(entry: LedgerEntry) -> str:
    """What we write ourselves, in the language of the page; what staff write as it is."""
    return gettext(SPOKEN) if entry.reason == SPOKEN else entry.reason
