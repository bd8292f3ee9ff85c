"""A stand-in for Google: a real OpenID Connect provider over HTTP, in a process of its own.

It keeps what the token endpoint was sent, so that a test can look at it, and can be told to
issue its tokens for an application that is not ours.
"""

import json
import os
import socket
import sys
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import parse_qs, urlencode

import requests

from tests.services import running

CLIENT_ID = "entrain-tests"
ANOTHER_CLIENT_ID = "another-application"


class Google:
    """The stand-in, as a test sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def knows(self, sub: str, **claims) -> None:
        """Give the stand-in a person, or change the one it has."""
        claims.setdefault("email_verified", True)
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=5).raise_for_status()

    def seen(self) -> list[dict]:
        """Every request to the token and userinfo endpoints since the last :meth:`forget`."""
        return requests.get(f"{self.url}/_seen", timeout=5).json()

    def forget(self, *, audience: str = CLIENT_ID) -> None:
        """Empty what :meth:`seen` tells; from now on issue tokens for ``audience``."""
        requests.delete(f"{self.url}/_seen", params={"audience": audience}, timeout=5)


@contextmanager
def google(listener):
    """Run the stand-in on a socket that is bound already."""
    port, fd = listener.getsockname()[1], listener.fileno()
    command = [sys.executable, "-m", "tests.google", str(port), str(fd)]
    with running(command, port=port, pass_fds=[fd]):
        yield Google(f"http://127.0.0.1:{port}")


class _Observed:
    """WSGI middleware: writes down requests, and swaps our client for ``audience``."""

    def __init__(self, app) -> None:
        self.app = app
        self.seen: list[dict] = []
        self.audience = CLIENT_ID

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/_seen":
            return self._report(environ, start_response)
        if path in ("/oauth2/token", "/userinfo"):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.seen.append({"path": path, "form": form})
            self._replace_body(environ, urlencode(self._swapped(form)).encode())
        if path == "/oauth2/authorize":
            query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
            environ["QUERY_STRING"] = urlencode(self._swapped(query))
        return self.app(environ, start_response)

    def _swapped(self, values: dict) -> dict:
        return values | ({"client_id": self.audience} if "client_id" in values else {})

    @staticmethod
    def _replace_body(environ, body: bytes) -> None:
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}

    def _report(self, environ, start_response):
        answer = json.dumps(self.seen).encode()
        if environ["REQUEST_METHOD"] == "DELETE":
            self.seen.clear()
            self.audience = parse_qs(environ["QUERY_STRING"])["audience"][0]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer]


def _serve(port: int, fd: int) -> None:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    import oidc_provider_mock
    from werkzeug.serving import make_server

    socket.socket(fileno=os.dup(fd)).listen()
    app = _Observed(oidc_provider_mock.app())
    make_server("127.0.0.1", port, app, threaded=True, fd=fd).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
