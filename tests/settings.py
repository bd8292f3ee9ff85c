"""Settings of the test suite: a local run's own, whatever this machine's environment holds.

Only `DATABASE_URL` is taken from outside, to run the suite on PostgreSQL.
"""

import os
import tempfile

_DATA = tempfile.TemporaryDirectory(prefix="entrain-tests-")
_FOREIGN = ("SITE_", "REDIS_", "GOOGLE_", "ELEVENLABS_", "STORAGE_", "R2_", "JOB_", "ENVIRONMENT")
for _name in [name for name in os.environ if name.startswith(_FOREIGN)]:
    del os.environ[_name]
os.environ |= {"ENV_FILE": os.devnull, "DATA_DIR": _DATA.name}

from entrain.settings import *  # noqa: E402, F403
from entrain.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
