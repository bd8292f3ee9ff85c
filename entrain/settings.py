"""All settings, read from the environment in this one place; `.env.example` explains each.

There are two ways to run. *Local* needs nothing: SQLite, a broker and files in `DATA_DIR`, a
demo account. *Production* is what a public `SITE_URL` (or `ENVIRONMENT=production`, as the
Procfile sets) asks for, and then every service has to be named: nothing falls back.
"""

import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from celery.schedules import crontab
from csp.constants import NONE, SELF
from kombu import Queue
from marshmallow.validate import Email, OneOf, Range
from redis.backoff import NoBackoff
from redis.retry import Retry

from entrain.environment import Environment, at_least, if_given, is_loopback, redis_address
from entrain.local_secret import local_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

# --- Which of the two ways -------------------------------------------------------------------

ENVIRONMENT = env.str("ENVIRONMENT", "local", validate=OneOf(["local", "production"]))
LOCAL_URL = "http://127.0.0.1:8000"
SITE_URL = env.origin("SITE_URL", **({} if ENVIRONMENT == "production" else {"default": LOCAL_URL}))
PRODUCTION = ENVIRONMENT == "production" or bool(SITE_URL and not is_loopback(SITE_URL))


def local_default(value):
    """Keyword arguments that give a setting a default on a local run, and none in production."""
    return {} if PRODUCTION else {"default": value}


def filled(*, length=1, check=None):
    """Keyword arguments for a setting that production refuses to have empty."""
    checks = [if_given(check)] if check else []
    if PRODUCTION:
        return {"validate": [at_least(length), *checks]}
    return {"default": "", "validate": checks}


USUAL_DATA_DIR = BASE_DIR / ".data"
# One that is refused is told of at the end, with all the others.
DATA_DIR = env.folder("DATA_DIR", USUAL_DATA_DIR) or USUAL_DATA_DIR
DEBUG = env.bool("DEBUG", False) and not PRODUCTION
SECRET_KEY = env.str("SECRET_KEY", **filled(length=50))
if not PRODUCTION:
    SECRET_KEY = SECRET_KEY or local_secret_key(DATA_DIR)

# --- The web ---------------------------------------------------------------------------------

SITE_HOST = urlsplit(SITE_URL or "").hostname
ALLOWED_HOSTS = [SITE_HOST] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "entrain.urls"
WSGI_APPLICATION = "entrain.wsgi.application"

if PRODUCTION:
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1, validate=Range(min=0))
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

INSTALLED_APPS = [
    "entrain",
    "accounts",
    "jobs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "entrain.compression.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "entrain.headers.permissions_policy",
    # Before all that reads a cookie, a query or a form.
    "entrain.legible.legible",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "entrain.errors.not_allowed_page",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.credits",
                "entrain.appearance.theme",
                "entrain.appearance.here",
                "entrain.pages.site",
            ],
        },
    },
]

# --- Data ------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # One writer at a time, taken at BEGIN: no transaction fails halfway for want of the lock.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
DATABASE = env.database(
    "DATABASE_URL",
    sqlite=not PRODUCTION,
    **local_default(f"sqlite:///{DATA_DIR / 'entrain.sqlite3'}"),
)
DATABASES = {"default": DATABASE or {}}
if DATABASES["default"].get("ENGINE", "").endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", **filled(check=redis_address))
if REDIS_URL:
    CACHE = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A page does without the cache rather than wait for it.
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
            "retry": Retry(NoBackoff(), 0),
        },
    }
else:
    CACHE = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    }
CACHES = {"default": CACHE}

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
DOWNLOAD_LINK_SECONDS = 3600

STORAGE_TYPE = env.str(
    "STORAGE_TYPE",
    **local_default("local"),
    validate=OneOf(["r2"] if PRODUCTION else ["local", "r2"]),
)
if PRODUCTION or STORAGE_TYPE == "r2":
    R2_ACCOUNT_ID = env.str("R2_ACCOUNT_ID", validate=at_least(1))
    R2_ENDPOINT_URL = env.origin(
        "R2_ENDPOINT_URL", f"https://{R2_ACCOUNT_ID}.r2.cloudflarestorage.com"
    )
    TRACK_STORAGE = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": env.str("R2_ACCESS_KEY_ID", validate=at_least(1)),
            "secret_key": env.str("R2_SECRET_ACCESS_KEY", validate=at_least(1)),
            "bucket_name": env.str("R2_BUCKET_NAME", validate=at_least(1)),
            "endpoint_url": R2_ENDPOINT_URL,
            "region_name": "auto",
            "default_acl": None,
            "file_overwrite": True,
            "querystring_expire": DOWNLOAD_LINK_SECONDS,
            # What is read and is larger goes by way of the disk: a recording may take hours.
            "max_memory_size": 8 << 20,
            # A page does without the storage rather than wait for it; workers have more time, see
            # entrain/celery.py.
            # Reads in the calling thread: progress is written to the database from there.
            "transfer_config": TransferConfig(use_threads=False, num_download_attempts=1),
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                # R2 may refuse the checksums that boto3 sends by itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=2,
                read_timeout=2,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        },
    }
    FILES_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(R2_ENDPOINT_URL))
else:
    TRACK_STORAGE = {
        "BACKEND": "jobs.storage.SignedFileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    }
    FILES_ORIGIN = SELF

STORAGES = {
    "default": TRACK_STORAGE,
    "staticfiles": {"BACKEND": "entrain.staticfiles.ModuleStaticFilesStorage"},
}

# Tracks that one person may have given back within a day, once their words were spoken.
JOB_REFUNDS_A_DAY = env.int("JOB_REFUNDS_A_DAY", 5, validate=Range(min=1))
STORAGE_ALLOWANCE_MB = env.int("STORAGE_ALLOWANCE_MB", 5000, validate=Range(min=1))

# --- Sign-in ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studio"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 30 * 24 * 3600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Whether an address is free is the database's to say, when the account is stored: looking
# before that would turn away a person whose other tab was a moment faster.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = {"staff_login": "20/5m/ip,5/5m/key"}
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"

GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", **filled())
GOOGLE_CLIENT_SECRET = env.str(
    "GOOGLE_CLIENT_SECRET", **({"validate": at_least(1)} if GOOGLE_CLIENT_ID else filled())
)
SOCIALACCOUNT_PROVIDERS = {
    "google": {
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET, "key": ""}]
        if GOOGLE_CLIENT_ID
        else [],
        "SCOPE": ["openid", "email", "profile"],
        "OAUTH_PKCE_ENABLED": True,
        "FETCH_USERINFO": True,
    }
}
# Without Google there is nobody to be: a local run then offers one account to try things with.
DEMO_ACCOUNT = not PRODUCTION and not GOOGLE_CLIENT_ID
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", **filled(check=Email()))

# --- Voices ----------------------------------------------------------------------------------

ELEVENLABS_API_KEY = env.str("ELEVENLABS_API_KEY", **filled())
ELEVENLABS_BASE_URL = env.origin("ELEVENLABS_BASE_URL", "https://api.elevenlabs.io")
ELEVENLABS_CONCURRENCY = env.int("ELEVENLABS_CONCURRENCY", 2, validate=Range(min=1, max=15))
# The last wait may take as long again; a place that all workers share is held for 90 s.
ELEVENLABS_LINE_SECONDS = env.float("ELEVENLABS_LINE_SECONDS", 18, validate=Range(min=0.1, max=30))

# --- The worker ------------------------------------------------------------------------------

# A worker shows that it lives every five seconds at the latest (jobs/companions.py), and may be
# late. Tests, which wait for leases to run out, have shorter ones.
LEAST_LEASE_SECONDS = 15 if PRODUCTION else 1
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 60, validate=Range(min=LEAST_LEASE_SECONDS))
JOB_SWEEP_SECONDS = env.int("JOB_SWEEP_SECONDS", 15, validate=Range(min=1))
JOB_RESEND_SECONDS = env.int("JOB_RESEND_SECONDS", 60, validate=Range(min=1))
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", 3, validate=Range(min=1))
JOB_RETRY_SECONDS = env.int("JOB_RETRY_SECONDS", 15, validate=Range(min=1))
JOBS_UNDER_WAY_A_PERSON = env.int("JOBS_UNDER_WAY_A_PERSON", 2, validate=Range(min=1))
# A step of a job is given up after so long, and its process killed after the grace.
JOB_BASE_SECONDS = env.int("JOB_BASE_SECONDS", 120, validate=Range(min=1))
JOB_SECONDS_A_LINE = env.float("JOB_SECONDS_A_LINE", 20, validate=Range(min=0))
JOB_SECONDS_A_SECOND = env.float("JOB_SECONDS_A_SECOND", 0.25, validate=Range(min=0))
JOB_GRACE_SECONDS = env.int("JOB_GRACE_SECONDS", 30, validate=Range(min=1))

CELERY_BROKER_URL = REDIS_URL or f"sqla+sqlite:///{DATA_DIR / 'broker.sqlite3'}"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # A web request that cannot reach the broker moves on; the sweeper sends again. Workers
        # have more time, see entrain/celery.py.
        "socket_connect_timeout": 0.3,
        "socket_timeout": 0.3,
        "socket_keepalive": True,
        # Longer than the longest step may take: what comes back earlier would be done twice.
        "visibility_timeout": 4 * 3600,
    }
    if REDIS_URL
    else {"connect_args": {"timeout": 20}}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Redis that is full, or a replica for a while, refuses to write: workers wait for that, too.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
# A worker without -Q takes from all of them.
CELERY_TASK_QUEUES = [Queue("speech"), Queue("render"), Queue("extras"), Queue("housekeeping")]
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = {
    "jobs.tasks.speak_job": {"queue": "speech"},
    "jobs.tasks.render_job": {"queue": "render"},
    "jobs.tasks.make_extras": {"queue": "extras"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# The embedded broker has no channel for remote control.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
if PRODUCTION:
    # In memory: there may be no folder that is kept, or none to write to.
    CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
else:
    CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# By the clock: a scheduler that is begun anew every day, and forgets, comes to it as well.
ONCE_A_DAY = {"schedule": crontab(hour=3, minute=10), "options": {"expires": 12 * 3600}}
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "jobs.tasks.sweep",
        "schedule": JOB_SWEEP_SECONDS,
        # Else they pile up while no worker is there. Far off, for clocks differ: a worker whose
        # clock goes ahead would take none.
        "options": {"expires": 2 * 3600},
    },
    "tidy": {"task": "jobs.tasks.tidy", **ONCE_A_DAY},
    "clear sessions": {"task": "entrain.tasks.clear_sessions", **ONCE_A_DAY},
}
if not REDIS_URL:
    CELERY_BEAT_SCHEDULE["purge broker"] = {"task": "entrain.tasks.purge_broker", "schedule": 3600}

# --- What the browser may load ---------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "media-src": [SELF, FILES_ORIGIN],
        # Tracks are fetched to be kept for listening without a network.
        "connect-src": [SELF, FILES_ORIGIN],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # A form's redirect counts as its action: signing in leads to Google.
        "form-action": [SELF, "https://accounts.google.com"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- Language, time, logs --------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "entrain" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "entrain.logs.WithoutShareLinks",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.log_level("LOG_LEVEL", logging.INFO)},
    "loggers": {"django.server": {"level": "WARNING"}},
}

env.seal()
