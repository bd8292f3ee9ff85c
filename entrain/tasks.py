"""Housekeeping of the project itself."""

from celery import shared_task

from entrain import broker


@shared_task
def purge_broker() -> None:
    """Keep the embedded broker's file small."""
    broker.purge()
