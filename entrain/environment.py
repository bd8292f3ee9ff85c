"""Reading the environment strictly: every fault is collected, then told in one message."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from environs import Env, EnvValidationError
from marshmallow import ValidationError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
# To Django, * is a host as well: every one. So is .example: all that end so.
HOST = re.compile(rf"{LABEL}(\.{LABEL})*")


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def origin(value: str) -> str:
    """An origin such as ``https://entrain.example``, without a path or a closing slash.

    Raises
    ------
    ValidationError
        When it is no origin, or a public one without https.
    """
    parts = _split(value)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or parts.username is not None
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or not (is_loopback(value) or HOST.fullmatch(parts.hostname))
    ):
        raise ValidationError("Not an address such as https://entrain.example.")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValidationError("A public address has to start with https://.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def folder(value: str | Path) -> Path:
    """The folder at ``value``; the empty one would be wherever the process happens to start.

    Raises
    ------
    ValidationError
        When it is empty.
    """
    if not str(value).strip():
        raise ValidationError("Is empty.")
    return Path(value)


def redis_address(value: str) -> None:
    """A validator that refuses what is no address of a Redis server."""
    parts = _split(value)
    if (
        parts is None
        or parts.scheme not in ("redis", "rediss")
        or not re.fullmatch(r"/?\d*", parts.path)
    ):
        raise ValidationError("Not an address such as redis://host:6379/0.")


def database(value: str, *, sqlite: bool) -> dict:
    """Django's settings for the database at ``value``; ``sqlite`` says whether that will do.

    Raises
    ------
    ValidationError
        When it is no PostgreSQL (or SQLite) address.
    """
    wanted = "postgres://user:password@host:5432/name"
    try:
        found = dj_database_url.parse(value)
    except ValueError:
        raise ValidationError(f"Not an address such as {wanted}.") from None
    if found["ENGINE"].endswith(".sqlite3"):
        if not sqlite:
            raise ValidationError(f"Production keeps its data in PostgreSQL: {wanted}.")
    elif not found["ENGINE"].endswith(".backends.postgresql") or not found["NAME"]:
        raise ValidationError(f"Not an address such as {wanted}.")
    return found


def _split(url: str):
    """The parts of a URL that has a host and, if any, a sensible port; else None."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def at_least(length: int):
    """A validator that refuses strings shorter than ``length``, the empty one included."""

    def check(value: str) -> None:
        if len(value.strip()) < length:
            raise ValidationError("Is empty." if length == 1 else f"Needs {length} characters.")

    return check


def if_given(check):
    """The validator ``check``, which lets the empty string pass."""

    def check_given(value: str) -> None:
        if value:
            check(value)

    return check_given


class Environment(Env):
    """The process's environment and the ``.env`` file beside ``manage.py``."""

    def __init__(self, env_file: Path) -> None:
        super().__init__(eager=False)
        self.read_env(env_file, recurse=False)
        self.add_parser("origin", origin)
        self.add_parser("folder", folder)
        self.add_parser("database", database)

    def seal(self) -> None:
        """Refuse to start when anything asked for was missing or malformed, naming all of it."""
        try:
            super().seal()
        except EnvValidationError as error:
            faults = (
                f"  {name}: {' '.join(map(str, messages))}"
                for name, messages in sorted(error.error_messages.items())
            )
            raise SystemExit(
                "Entrain does not start: these settings are missing or wrong "
                "(.env.example explains each).\n" + "\n".join(faults)
            ) from None
