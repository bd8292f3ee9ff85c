import os

# Before numpy is imported: its linear algebra would spread over every core and mostly wait there,
# while the other processes have work of their own. Measuring beats takes as long with one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from entrain.celery import app as celery_app

__all__ = ["celery_app"]
