"""The Celery application: the worker runs `celery -A entrain worker`, the scheduler `… beat`."""

import os

from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrain.settings")

app = Celery("entrain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def _be_patient(conf, **_):
    """Let a worker wait for its broker, as nobody waits for the worker."""
    if settings.REDIS_URL:
        conf.broker_transport_options |= {"socket_connect_timeout": 5, "socket_timeout": 5}
