"""The database's clock, and getting over a database that is away for a moment."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.functions import Now

logger = logging.getLogger(__name__)
DATABASE_GONE = (OperationalError, InterfaceError)


def outlast(write):
    """Do ``write()``, and again every second while the database is away, for as long as a lease.

    Only for conditional writes, which change nothing when they were done before.

    Raises
    ------
    OperationalError, InterfaceError
        When the database stays away for longer.
    """
    deadline = time.monotonic() + settings.JOB_LEASE_SECONDS
    while True:
        try:
            return write()
        except DATABASE_GONE as error:
            logger.warning("the database is away: %s", error)
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def from_now(seconds: float):
    """So many seconds after the statement's own time, by the database's clock."""
    return ExpressionWrapper(
        Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField()
    )
