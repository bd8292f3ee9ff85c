"""Settings of the test suite: a local run's own, whatever this machine's environment holds.

Only `DATABASE_URL` is taken from outside, to run the suite on PostgreSQL.
"""

import os
import socket
import tempfile

_DATA = tempfile.TemporaryDirectory(prefix="entrain-tests-")
_FOREIGN = ("SITE_", "REDIS_", "GOOGLE_", "ELEVENLABS_", "STORAGE_", "R2_", "JOB_", "ENVIRONMENT")
for _name in [name for name in os.environ if name.startswith(_FOREIGN)]:
    del os.environ[_name]
os.environ |= {"ENV_FILE": os.devnull, "DATA_DIR": _DATA.name}

from entrain.settings import *  # noqa: E402, F403
from entrain.settings import (  # noqa: E402
    DATABASES,
    SOCIALACCOUNT_PROVIDERS,
    STATIC_ROOT,
    STORAGES,
)

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Tests of random steps cancel more than any person does.
JOB_REFUNDS_A_DAY = 10**6
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir()

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in a local run: threads of a test then meet the locks that people would meet.
    DATABASES["default"]["TEST"] = {"NAME": f"{_DATA.name}/test.sqlite3"}

# Where the stand-in for Google will listen. allauth reads the addresses once, so the port is
# taken here and kept; the application itself is set by the tests that sign in with Google.
GOOGLE_LISTENER = socket.socket()
GOOGLE_LISTENER.bind(("127.0.0.1", 0))
_GOOGLE = f"http://127.0.0.1:{GOOGLE_LISTENER.getsockname()[1]}"
SOCIALACCOUNT_PROVIDERS["google"] |= {
    "AUTHORIZE_URL": f"{_GOOGLE}/oauth2/authorize",
    "ACCESS_TOKEN_URL": f"{_GOOGLE}/oauth2/token",
    "IDENTITY_URL": f"{_GOOGLE}/userinfo",
    "CERTS_URL": f"{_GOOGLE}/jwks",
    "ID_TOKEN_ISSUER": _GOOGLE,
}
