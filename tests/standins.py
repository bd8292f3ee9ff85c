"""Stand-ins, over real HTTP, for services that tests cannot reach."""

import http.client
import io
import json
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import soundfile

from audio.speech.espeak import Espeak

API_KEY = "stand-in-key"
VOICE = {"voice_id": "StandInVoice1", "name": "Stand-in", "labels": {"language": "en"}}


class _ElevenLabs(BaseHTTPRequestHandler):
    """ElevenLabs' text-to-speech API as documented: the voices, and MP3 for a line of text."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/v2/voices"):
            return self._json(200, {"voices": [VOICE], "has_more": False})
        return self._json(404, {"detail": {"status": "not_found", "message": "no such path"}})

    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        path = self.path.partition("?")[0]
        if self.headers.get("xi-api-key") != API_KEY:
            return self._json(401, {"detail": {"status": "invalid_api_key", "message": "no"}})
        if path != f"/v1/text-to-speech/{VOICE['voice_id']}":
            return self._json(404, {"detail": {"status": "voice_not_found", "message": "no"}})
        self.server.asked.append(text)
        return self._answer(200, "audio/mpeg", spoken_mp3(text))

    def _json(self, status, content):
        self._answer(status, "application/json", json.dumps(content).encode())

    def _answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def spoken_mp3(text: str) -> bytes:
    """What the stand-in answers for ``text``."""
    sound, rate = soundfile.read(io.BytesIO(Espeak().speak(text, "espeak:en-us+m3")))
    mp3 = io.BytesIO()
    soundfile.write(mp3, sound, rate, format="MP3")
    return mp3.getvalue()


@contextmanager
def elevenlabs():
    """Serve the stand-in; gives the environment that leads to it and the list of texts asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _ElevenLabs)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    environment = {
        "ELEVENLABS_API_KEY": API_KEY,
        "ELEVENLABS_BASE_URL": f"http://127.0.0.1:{server.server_port}",
    }
    try:
        yield environment, server.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Forwarding(BaseHTTPRequestHandler):
    """Passes requests on to the server behind, except where a test asked for trouble."""

    protocol_version = "HTTP/1.1"

    def _handle(self):
        trouble = self.server.proxy.trouble_for(self.command, self.path)
        if trouble == "reset":
            # Before the body is read: the sender is in the middle of it.
            self.rfile.read(min(self._length, 1000))
            return self._reset()
        body = self.rfile.read(self._length)
        if trouble == "unavailable":
            return self._answer(503, {"Retry-After": "0"}, SLOW_DOWN)
        if isinstance(trouble, Held) and not trouble.passed_on:
            trouble.wait()
            if trouble.passed_on is None:
                return self._reset()
        status, headers, content = self._ask(body)
        if isinstance(trouble, Held) and trouble.passed_on:
            trouble.wait()
        return self._answer(status, headers, content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815

    @property
    def _length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def _ask(self, body: bytes):
        left_out = ("host", "expect", "connection", "content-length")
        headers = {k: v for k, v in self.headers.items() if k.lower() not in left_out}
        behind = http.client.HTTPConnection(self.server.proxy.behind, timeout=30)
        try:
            behind.request(self.command, self.path, body=body, headers=headers)
            answer = behind.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            behind.close()

    def _answer(self, status, headers, body: bytes):
        with suppress(ConnectionError):
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                    self.send_header(name, value)
            length = headers.get("Content-Length", 0) if self.command == "HEAD" else len(body)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    def _reset(self):
        _close_rudely(self.connection)
        self.close_connection = True

    def handle(self):
        # The other side may be killed at any moment.
        with suppress(ConnectionError, ValueError):
            super().handle()

    def finish(self):
        with suppress(ConnectionError, ValueError):
            super().finish()

    def log_message(self, *args):
        pass


SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class Held:
    """Requests that are held at the proxy until the block ends.

    ``passed_on`` says on which side: False before the server behind has seen the request, True
    after it has answered; None if it never gets there.
    """

    def __init__(self, *, passed_on: bool | None) -> None:
        self.passed_on = passed_on
        self.arrived, self._released = threading.Event(), threading.Event()

    def wait(self) -> None:
        """Called by the proxy: stay here until released."""
        self.arrived.set()
        assert self._released.wait(timeout=120)

    def release(self) -> None:
        """Let them go."""
        self._released.set()


class Proxy:
    """A way to a server over HTTP that can be told to misbehave."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind).netloc
        self.met = []
        self._rules = []
        self._lock = threading.Lock()

    def trouble_for(self, method: str, path: str):
        """What the test wants to happen to this request: None for nothing."""
        with self._lock:
            for rule in self._rules:
                if rule["method"] == method and rule["path"] in path and rule["times"] > 0:
                    rule["times"] -= 1
                    self.met.append((method, path))
                    return rule["trouble"]
        return None

    @contextmanager
    def trouble(self, trouble, method: str, path: str, *, times: float = float("inf")):
        """Answer 503 ("unavailable") or break the connection ("reset"), so many times.

        Gives the list of requests met with it.
        """
        rule = {"method": method, "path": path, "times": times, "trouble": trouble}
        self.met = []
        self._rules.append(rule)
        try:
            yield self.met
        finally:
            self._rules.remove(rule)

    @contextmanager
    def holding(self, method: str, path: str, *, passed_on: bool | None = False):
        """Hold such requests until released or the block ends; gives :class:`Held`."""
        held = Held(passed_on=passed_on)
        with self.trouble(held, method, path):
            try:
                yield held
            finally:
                held.release()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def proxy(behind: str):
    """A :class:`Proxy` before the server at ``behind``; gives it and its own address."""
    server = _QuietServer(("127.0.0.1", 0), _Forwarding)
    server.proxy = Proxy(behind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.proxy, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Cable:
    """A TCP way to a server that breaks just after certain words have gone through it.

    ``words`` have to go by in this order, each in a packet of its own, on one connection. The
    server then gets the last of them and answers; that answer is lost, once.
    """

    def __init__(self, port: int, words: list[bytes]) -> None:
        self.behind, self.words = port, words
        self.broke = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client) -> None:
        server = socket.create_connection(("127.0.0.1", self.behind))
        breaking = threading.Event()
        back = (server, client, breaking)
        threading.Thread(target=self._bring_back, args=back, daemon=True).start()
        words = list(self.words)
        with suppress(OSError):
            while data := client.recv(65536):
                if words and not self.broke.is_set() and words[0] in data:
                    words.pop(0)
                    if not words:
                        breaking.set()
                server.sendall(data)
        _close_rudely(server)

    def _bring_back(self, server, client, breaking) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if breaking.is_set():
                    self.broke.set()
                    _close_rudely(client)
                    break
                client.sendall(data)
        client.close()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()


@contextmanager
def cable(port: int, *words: bytes):
    """A :class:`Cable` to ``port`` of this machine."""
    made = Cable(port, list(words))
    try:
        yield made
    finally:
        made.close()


def _close_rudely(connection) -> None:
    """End a connection by RST, as a crash does."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
    connection.close()
