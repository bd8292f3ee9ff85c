"""The online voice: ElevenLabs' text-to-speech API."""

import json
import random
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import Retry

from audio.errors import SpeechError, SpeechServiceRefusesError
from audio.speech.voices import Voice, content_key

PROVIDER = "elevenlabs"
OUTPUT_FORMAT = "mp3_44100_128"
SPEED = 0.85

CONNECT_TIMEOUT_S = 3.0
VOICES_TIMEOUT_S = 5.0
# After this long no more is waited for. The last wait may itself take as long, and connecting
# some seconds more; together they stay below 45 s a line.
LINE_DEADLINE_S = 18.0
LONGEST_PAUSE_S = 8.0

# So many hundred voices of an account are read.
MOST_PAGES = 10

# A line of 400 characters is under 1 MB.
GREATEST_ANSWER_BYTES = 8 * 2**20

# "Busy, come again": nothing was spoken, so nothing is paid twice.
_BUSY = {429, 503}

_VOICE_NAME = re.compile(r"[A-Za-z0-9]{1,64}")

PREMADE_VOICES = (
    Voice("elevenlabs:EXAVITQu4vr4xnSDxMaL", "Sarah — English (US)", "en"),
    Voice("elevenlabs:21m00Tcm4TlvDq8ikWAM", "Rachel — English (US)", "en"),
    Voice("elevenlabs:XrExE9yKIg1WjnnlVkGX", "Matilda — English (US)", "en"),
    Voice("elevenlabs:pFZP5JQG7iQjIQuC4Bku", "Lily — English (UK)", "en"),
    Voice("elevenlabs:JBFqnCBsd6RMkjVDRZzb", "George — English (UK)", "en"),
    Voice("elevenlabs:nPczCjzI2devNBz1zQrb", "Brian — English (US)", "en"),
)

_TRY_LATER = "the voice service is busy; try again in a few minutes"
_MESSAGES = {
    "invalid_api_key": "the voice service does not accept our key; choose an offline voice",
    "quota_exceeded": "the voice service has no characters left; choose an offline voice",
    "voice_not_found": "this voice is not offered any more; choose another one",
    "detected_unusual_activity": "the voice service has locked our account; choose another voice",
    401: "the voice service does not accept our key; choose an offline voice",
    402: "the voice service wants to be paid first; choose an offline voice",
    403: "the voice service does not permit this voice; choose another one",
    404: "this voice is not offered any more; choose another one",
    422: "the voice service does not accept this line or voice; reword it or choose another voice",
    429: _TRY_LATER,
    503: _TRY_LATER,
}
# Said of us and not of the line: the next one would hear the same.
_HOPELESS = {"invalid_api_key", "quota_exceeded", "detected_unusual_activity", 401, 402}


class ElevenLabs:
    """A :class:`~audio.speech.voices.Synthesiser` that speaks through ElevenLabs.

    Every accepted request is billed and there is no way to ask whether one was. So a request is
    sent again only where it cannot have been accepted: the connection was never made, or the
    answer was that the service is busy.

    Parameters
    ----------
    api_key : secret; it is in no message and no log.
    base_url : scheme and host of the API.
    model : ``model_id`` of the API.
    concurrency : requests at a time that the plan permits (free 2, Starter 3, Creator 5, Pro 10).
    line_deadline_s : seconds after which a line is waited for no more.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "https://api.elevenlabs.io",
        model: str = "eleven_multilingual_v2",
        concurrency: int = 2,
        line_deadline_s: float = LINE_DEADLINE_S,
    ) -> None:
        self.concurrency = concurrency
        self._line_deadline_s = line_deadline_s
        self._base_url = base_url.rstrip("/")
        self._model = model
        self._api_key = api_key
        self._of_thread = threading.local()

    def voices(self) -> tuple[Voice, ...]:
        """The voices of our account; a short list of premade ones if they cannot be had now."""
        try:
            return tuple(self._voices()) or PREMADE_VOICES
        except (requests.RequestException, ValueError, LookupError, TypeError, AttributeError):
            return PREMADE_VOICES

    def _voices(self) -> Iterator[Voice]:
        token = None
        for _ in range(MOST_PAGES):
            answer = self._session.get(
                f"{self._base_url}/v2/voices",
                params={"page_size": 100, "next_page_token": token},
                timeout=(CONNECT_TIMEOUT_S, VOICES_TIMEOUT_S),
                allow_redirects=False,
            )
            answer.raise_for_status()
            page = answer.json()
            yield from filter(None, map(_voice, page["voices"]))
            token = page.get("next_page_token")
            if not token:
                return

    def speak(self, text: str, voice_id: str) -> bytes:
        """``text`` as an MP3 file; see :class:`~audio.speech.voices.Synthesiser`."""
        name = voice_id.removeprefix(f"{PROVIDER}:")
        if not _VOICE_NAME.fullmatch(name):
            raise SpeechError("this voice is not offered any more; choose another one")
        deadline = time.monotonic() + self._line_deadline_s
        try:
            return self._ask(f"/v1/text-to-speech/{name}", self._body(text), deadline)
        except (requests.Timeout, ReadTimeoutError):
            raise SpeechError("the voice service took too long; try again later") from None
        except (requests.RequestException, HTTPError, UnicodeError):
            # The cause is left out on purpose: it may quote the request and with it the key.
            raise SpeechError("the voice service could not be reached; try again later") from None

    def cache_key(self, text: str, voice_id: str) -> str:
        """See :class:`~audio.speech.voices.Synthesiser`."""
        return content_key(
            provider=PROVIDER, voice=voice_id, format=OUTPUT_FORMAT, **self._body(text)
        )

    def _body(self, text: str) -> dict[str, Any]:
        return {"text": text, "model_id": self._model, "voice_settings": {"speed": SPEED}}

    @property
    def _session(self) -> requests.Session:
        """A session of this thread's own, for requests does not promise that one can be shared."""
        if not hasattr(self._of_thread, "session"):
            session = requests.Session()
            session.headers["xi-api-key"] = self._api_key
            # Only for connections that were never made.
            connecting = Retry(total=1, connect=1, read=0, status=0, other=0, backoff_factor=0.2)
            session.mount(self._base_url, HTTPAdapter(max_retries=connecting))
            self._of_thread.session = session
        return self._of_thread.session

    def _ask(self, path: str, body: dict[str, Any], deadline: float) -> bytes:
        """Post until the service is not busy, or there is no time to come again."""
        pause = 0.5
        while True:
            with self._session.post(
                self._base_url + path,
                params={"output_format": OUTPUT_FORMAT},
                json=body,
                timeout=(CONNECT_TIMEOUT_S, max(1.0, deadline - time.monotonic())),
                # A redirect would hand the key to whoever it points to.
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = _content(answer, deadline)
            if answer.status_code == 200:
                return content
            wait = max(_asked_pause(answer), pause * random.uniform(0.5, 1.5))  # noqa: S311 — spread
            if answer.status_code not in _BUSY or time.monotonic() + wait > deadline:
                raise _refusal(answer.status_code, content)
            time.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _content(answer: requests.Response, deadline: float) -> bytes:
    """The whole answer, given up when it takes too long or grows too big."""
    content = bytearray()
    # read1 hands over what has arrived; iter_content would wait for a full part, however slow.
    while part := answer.raw.read1(64 * 1024, decode_content=True):
        content += part
        if len(content) > GREATEST_ANSWER_BYTES:
            raise SpeechError("the voice service answered with too much; try again later")
        if time.monotonic() > deadline:
            raise requests.Timeout
    if answer.status_code == 200 and not content:
        raise SpeechError("the voice service answered with nothing; try again later")
    return bytes(content)


def _asked_pause(answer: requests.Response) -> float:
    """The seconds that the service asks us to wait."""
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0


def _refusal(status: int, content: bytes) -> SpeechError:
    """What to tell the person: by the error's name where it has a known one, else by status."""
    try:
        detail = json.loads(content)["detail"]
        names = [detail.get("code"), detail.get("status")]
    except (ValueError, LookupError, TypeError, AttributeError):
        names = []  # 422 answers with a list, proxies with HTML
    for name in [*names, status]:
        if isinstance(name, str | int) and name in _MESSAGES:
            kind = SpeechServiceRefusesError if name in _HOPELESS else SpeechError
            return kind(_MESSAGES[name])
    return SpeechError("the voice service failed; try again later")


def _voice(data: Any) -> Voice | None:
    """None where it is not as documented."""
    match data:
        case {"voice_id": str(name), "name": str(title)} if _VOICE_NAME.fullmatch(name):
            labels = data.get("labels") or {}
            return Voice(f"{PROVIDER}:{name}", title, str(labels.get("language") or ""))
    return None
