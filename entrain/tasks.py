"""Housekeeping of the project itself."""

from celery import shared_task
from django.core.management import call_command

from entrain import broker


@shared_task
def purge_broker() -> None:
    """Keep the embedded broker's file small."""
    broker.purge()


@shared_task
def clear_sessions() -> None:
    """Forget sign-ins that ran out; Django keeps them until it is told."""
    call_command("clearsessions")
