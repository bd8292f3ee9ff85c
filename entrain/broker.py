"""The embedded broker: Celery's queue in an SQLite file of its own."""

from celery import current_app
from sqlalchemy import create_engine, text

PREFIX = "sqla+"


def declare() -> None:
    """Make the queues before anybody uses them: first users that race for that fail."""
    with current_app.connection_for_write() as connection:
        for queue in current_app.amqp.queues.values():
            queue(connection).declare()


def purge() -> None:
    """Drop messages that were delivered, which kombu keeps for ever."""
    engine = create_engine(current_app.conf.broker_url.removeprefix(PREFIX))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM kombu_message WHERE NOT visible"))
    engine.dispose()
