"""What many tests start from."""

from importlib import import_module

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import translation

from accounts import ledger


def pytest_configure(config):
    config.addinivalue_line("markers", "postgresql: needs what only PostgreSQL has")


def pytest_collection_modifyitems(config, items):
    """Leave out what only PostgreSQL can show when the suite runs on another database."""
    if connection.vendor == "postgresql":
        return
    out = [item for item in items if item.get_closest_marker("postgresql")]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_emptied():
    """Let a test that commits clean up behind itself.

    The ledger refuses to be emptied, also by the flush after such a test; so the guard is taken
    down for that moment.
    """
    guards = import_module("accounts.migrations.0002_ledger_append_only")
    down, up = {
        "sqlite": ("DROP TRIGGER ledger_no_delete", guards.SQLITE["ledger_no_delete"]),
        "postgresql": (
            "DROP TRIGGER ledger_no_truncate ON accounts_ledgerentry",
            guards.POSTGRESQL["ledger_no_truncate"],
        ),
    }[connection.vendor]
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_unguarded(self, statements):
        flush(self, [down, *statements, up])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush_unguarded)
        yield


@pytest.fixture
def user(db):
    """A person with their welcome credit."""
    user = get_user_model().objects.create_user("ada@example.com", name="Ada")
    ledger.give_signup_credit(user)
    return user


@pytest.fixture
def other(db):
    """Somebody else."""
    return get_user_model().objects.create_user("bob@example.com", name="Bob")


@pytest.fixture
def client(client, user):
    """A browser in which ``user`` is signed in."""
    client.force_login(user)
    yield client
    # The last page's language stays with the thread.
    translation.deactivate()


@pytest.fixture
def without_cache(settings):
    """The cache that all processes share is away."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
