"""Stand-ins at the edge of the program: a synthesiser, a store, and ElevenLabs' server."""

import contextlib
import io
import json
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import soundfile

from audio.speech.voices import content_key


def tone(*, seconds: float = 0.5, hz: float = 440, rate: int = 44_100, kind: str = "WAV") -> bytes:
    """A sound file of a steady tone between two silences of a tenth of a second."""
    wave = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    silence = np.zeros(rate // 10)
    file = io.BytesIO()
    soundfile.write(file, np.concatenate([silence, wave, silence]), rate, format=kind)
    return file.getvalue()


class ToneSpeaker:
    """Says every line as a tone, as long as the line, and counts how often it was asked."""

    def __init__(self, *, concurrency: int = 2, before=lambda text: None) -> None:
        self.concurrency = concurrency
        self.asked: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self._before = before
        self._lock = threading.Lock()

    def speak(self, text: str, voice_id: str) -> bytes:
        with self._lock:
            self.asked[text] += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self._before(text)
        finally:
            with self._lock:
                self.at_once -= 1
        return answer if isinstance(answer, bytes) else tone(seconds=0.05 * len(text))

    def cache_key(self, text: str, voice_id: str) -> str:
        return content_key(text=text, voice=voice_id)


class MemoryStore(dict):
    """A clip store that lasts as long as the test."""

    def put(self, key: str, data: bytes) -> None:
        self[key] = data


class EmptyStore:
    """A clip store that forgets everything at once."""

    def get(self, key: str) -> None:
        return None

    def put(self, key: str, data: bytes) -> None:
        pass


class VoiceServer:
    """Answers over HTTP as ElevenLabs documents, from a list of answers in order."""

    def __init__(self) -> None:
        self.answers: list = []
        self.requests: list[dict] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                self._answer(b"")

            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                outer.requests.append(
                    {"path": self.path, "headers": self.headers, "body": json.loads(body or "null")}
                )
                answer = outer.answers.pop(0)
                if callable(answer):
                    answer(self)
                    return
                status, content, headers = (*answer, {})[:3]
                if not isinstance(content, bytes):
                    content = json.dumps(content).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> "VoiceServer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


MP3 = tone(kind="MP3")


def drop(handler):
    """Hang up without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def cut_short(handler):
    """Hang up halfway through the sound."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(MP3)))
    handler.end_headers()
    handler.wfile.write(MP3[: len(MP3) // 2])


def never_answer(handler):
    """Stay silent until the other side hangs up."""
    handler.connection.recv(1)


def drip(handler):
    """Send a byte now and then."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    with contextlib.suppress(OSError):  # until the other side hangs up
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)
