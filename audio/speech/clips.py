"""Get every spoken line once, in parallel, and keep it."""

import contextlib
import time
import uuid
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from audio.curves import highest
from audio.errors import Cancelled, SpeechError
from audio.spec import Speech
from audio.speech.prepare import decode, prepare
from audio.speech.voices import Synthesiser

# How often the caller is asked whether to go on, and told that work goes on.
POLL_S = 0.25


@dataclass(frozen=True)
class Clip:
    """A line at its final level, kept on disk so that memory does not grow with their number.

    ``path`` is a ``.npy`` file of ``frames`` float32 samples, mono, 44.1 kHz.
    """

    path: Path
    frames: int

    @classmethod
    def save(cls, samples: np.ndarray, path: Path) -> "Clip":
        """Write ``samples``, shape (frames,), to ``path`` and return the clip."""
        np.save(path, samples.astype(np.float32, copy=False), allow_pickle=False)
        return cls(path, len(samples))

    def read(self) -> np.ndarray:
        """Its samples; OSError or ValueError where the file is missing or damaged."""
        return np.load(self.path, allow_pickle=False)


class ClipStore(Protocol):
    """Keeps what synthesisers answered, so that no line is paid for twice.

    Called from several threads at once.
    """

    def get(self, key: str) -> bytes | None:
        """What was put under ``key`` (64 hex digits), or None."""

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``; putting the same key again is harmless."""


class DirectoryClipStore:
    """A :class:`ClipStore` in a folder, safe with several processes."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)

    def get(self, key: str) -> bytes | None:
        """What was put under ``key``, or None."""
        with contextlib.suppress(FileNotFoundError):
            return (self._path / key).read_bytes()
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``: another reader sees all of it or none."""
        self._path.mkdir(parents=True, exist_ok=True)
        part = self._path / f".{key}.{uuid.uuid4().hex}.part"
        try:
            part.write_bytes(data)
            part.replace(self._path / key)
        finally:
            part.unlink(missing_ok=True)


def fetch_clips(
    speech: Speech,
    *,
    synthesiser: Synthesiser,
    store: ClipStore,
    folder: Path,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Clip]:
    """Have each distinct line of ``speech`` spoken and prepare it for the mix.

    A line that the store holds is not asked for again. An answer is stored once it has proved to
    be sound, before anything else can go wrong with it.

    Parameters
    ----------
    folder : where the prepared clips go; it must outlive the render.
    progress : called in this thread with the fraction done, 0 to 1, after each line and several
        times a second while waiting.
    cancelled : asked as often, in this thread.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true. Lines already being spoken end in their threads, and are
        stored; no others are begun.
    SpeechError
        A line could not be spoken. The rest is not asked for.
    """
    lines = speech.distinct_lines
    pool = ThreadPoolExecutor(synthesiser.concurrency, thread_name_prefix="speech")
    try:
        fetched = {
            pool.submit(_clip, line, speech, synthesiser, store, folder): line for line in lines
        }
        _wait_for(set(fetched), progress or (lambda fraction: None), cancelled or (lambda: False))
        return {line: future.result() for future, line in fetched.items()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _wait_for(
    pending: set[Future[Clip]], progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> None:
    total, asked_at = len(pending), -POLL_S
    while pending:
        done, pending = wait(pending, timeout=POLL_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        if time.monotonic() - asked_at >= POLL_S:
            if cancelled():
                raise Cancelled("fetching the spoken lines was cancelled")
            asked_at = time.monotonic()
        progress(1 - len(pending) / total)


def kept_clips(
    speech: Speech,
    *,
    synthesiser: Synthesiser,
    store: ClipStore,
    folder: Path,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Clip]:
    """What :func:`fetch_clips` gave before, of those lines that ``store`` still holds.

    Nobody is asked to speak, so nothing is paid for. ``cancelled`` is asked before each line.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true.
    """
    clips = {}
    for line in speech.distinct_lines:
        if cancelled and cancelled():
            raise Cancelled("fetching the spoken lines was cancelled")
        key = synthesiser.cache_key(line, speech.voice)
        data = store.get(key)
        if data is not None and _is_sound(data):
            clips[line] = _prepared(data, key, speech, folder)
    return clips


def _clip(
    line: str, speech: Speech, synthesiser: Synthesiser, store: ClipStore, folder: Path
) -> Clip:
    key = synthesiser.cache_key(line, speech.voice)
    data = store.get(key)
    if data is None or not _is_sound(data):
        data = synthesiser.speak(line, speech.voice)
        decode(data)
        store.put(key, data)
    return _prepared(data, key, speech, folder)


def _prepared(data: bytes, key: str, speech: Speech, folder: Path) -> Clip:
    samples = prepare(data, level_db=highest(speech.level_db))
    return Clip.save(samples, Path(folder) / f"{key}.npy")


def _is_sound(data: bytes) -> bool:
    """A store may hold what broke on its way; such a line is asked for again."""
    try:
        decode(data)
    except SpeechError:
        return False
    return True
