"""The Celery application: the worker runs `celery -A entrain worker`, the scheduler `… beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrain.settings")

app = Celery("entrain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
