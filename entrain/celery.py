"""The Celery application: the worker runs `celery -A entrain worker`, the scheduler `… beat`."""

import os

from botocore.config import Config
from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrain.settings")

app = Celery("entrain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def _be_patient(conf, **_):
    """Let a worker wait for its broker and for the storage, as nobody waits for the worker."""
    if settings.REDIS_URL:
        conf.broker_transport_options |= {"socket_connect_timeout": 5, "socket_timeout": 5}
    if settings.STORAGE_TYPE == "r2":
        retries = {"mode": "standard", "total_max_attempts": 5}
        patient = Config(connect_timeout=5, read_timeout=30, retries=retries)
        options = settings.TRACK_STORAGE["OPTIONS"]
        options["client_config"] = options["client_config"].merge(patient)
        options["transfer_config"].num_download_attempts = 5
