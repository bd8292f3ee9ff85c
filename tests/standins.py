"""Stand-ins, over real HTTP, for services that tests cannot reach."""

import io
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
