"""Reading the environment strictly: every fault is collected, then told in one message."""

from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def site_url(value: str) -> str:
    """An origin such as ``https://entrain.example``, without a path or a closing slash.

    Raises
    ------
    ValidationError
        When it is no origin, or a public one without https.
    """
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValidationError("Not an address such as https://entrain.example.")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValidationError("A public address has to start with https://.")
    return f"{parts.scheme}://{parts.netloc}"


def at_least(length: int):
    """A validator that refuses strings shorter than ``length``, the empty one included."""

    def check(value: str) -> None:
        if len(value.strip()) < length:
            raise ValidationError("Is empty." if length == 1 else f"Needs {length} characters.")

    return check


class Environment(Env):
    """The process's environment and the ``.env`` file beside ``manage.py``."""

    def __init__(self, env_file: Path) -> None:
        super().__init__(eager=False)
        self.read_env(env_file, recurse=False)
        self.add_parser("site_url", site_url)

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
