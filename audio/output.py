"""The finished recording on disk: FLAC or WAV, tagged, complete or not there at all."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import soundfile

from audio import tags as flac_tags
from audio import wav_tags
from audio.errors import AudioError
from audio.tags import Tags
from audio.watch import Watch

ENDINGS = (".flac", ".wav")

# A RIFF file counts its bytes in 32 bits; beyond that WAV is written as RF64 (EBU Tech 3306),
# which the same players read. A megabyte is left for the tags.
LARGEST_RIFF_BYTES = 2**32 - 2**20

# How hard libFLAC tries, 0 to 1. Its default, 0.625, takes a sixth longer than this and makes files
# of 16 bits smaller by 0.3 % at most; pure tones in 24 bits by 4 %, so those get it.
EFFORT = {16: 0.5, 24: 0.625}

_NOT_WRITTEN = "the recording could not be written; the disk may be full"


def write(
    path: Path,
    blocks: Iterator[np.ndarray],
    *,
    frames: int,
    sample_rate: int,
    bit_depth: int,
    tags: Tags,
    watch: Watch | None = None,
) -> None:
    """Write ``blocks``.

    The file appears at ``path`` when it is complete; until then, and after any failure, whatever
    was there before is untouched.

    Parameters
    ----------
    path : where to; its folder must exist. The ending says the format: ``.flac`` or ``.wav``.
    blocks : of int16 for 16 bits, or int32 with the bits at the top for 24; shape (frames, 2).
    frames : length of the track.
    sample_rate, bit_depth : in Hz, and 16 or 24.
    tags : both formats hold all of them.
    watch : hears of progress, and may cancel.

    Raises
    ------
    Cancelled
        ``watch`` was told so.
    AudioError
        The ending is another one, or the file could not be written.
    OSError
        The folder is missing or may not be written to.
    """
    path, watch = Path(path), watch or Watch()
    kind = _format_of(path, frames * 2 * bit_depth // 8)
    with complete_or_absent(path) as part:
        effort = EFFORT[bit_depth] if kind == "FLAC" else None
        with _opened(part, sample_rate, f"PCM_{bit_depth}", kind, effort) as file:
            _announce(file, tags)
            done = 0
            for block in blocks:
                # Nothing else: what a callback raises is no fault of the disk.
                with _writer_errors():
                    file.write(block)
                done += len(block)
                watch.look(done / frames)
        _verify(part, frames)
        watch.look(1.0)
        with _writer_errors():
            if kind == "FLAC":
                flac_tags.write(part, tags)
            else:
                wav_tags.append(part, tags, sample_rate=sample_rate)


@contextmanager
def complete_or_absent(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to; it takes ``path``'s place only if all goes well."""
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        part.touch()
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(
    path: Path, sample_rate: int, subtype: str, kind: str, effort: float | None
) -> Iterator[soundfile.SoundFile]:
    with _writer_errors():
        file = soundfile.SoundFile(
            path, "w", sample_rate, 2, subtype, format=kind, compression_level=effort
        )
    try:
        yield file
    except BaseException:
        # libsndfile has the disk finish before it closes; what nobody wants need not get there.
        with suppress(OSError):
            os.truncate(path, 0)
        with suppress(soundfile.LibsndfileError):
            file.close()
        raise
    with _writer_errors():
        file.close()


def _format_of(path: Path, sound_bytes: int) -> str:
    """libsndfile's name of the format that ``path``'s ending asks for."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise AudioError(f"the file must end in {' or '.join(ENDINGS)}, not in “{ending}”")
    if ending == ".flac":
        return "FLAC"
    return "WAV" if sound_bytes <= LARGEST_RIFF_BYTES else "RF64"


def _announce(file: soundfile.SoundFile, tags: Tags) -> None:
    """Tell libsndfile the tags, which stand before the sound.

    It knows neither chapters nor pictures, nor long recipes; so in FLAC it only keeps their place,
    and they are filled in when the sound is written; in WAV they follow behind it.
    """
    if file.format == "FLAC":
        file.comment = " " * flac_tags.size(tags)
        return
    for name, text in (("title", tags.title), ("artist", tags.artist), ("date", tags.date)):
        if text:
            setattr(file, name, text)


@contextmanager
def _writer_errors() -> Iterator[None]:
    # soundfile asserts that libsndfile took every frame, and it does not when the disk is full.
    try:
        yield
    except (soundfile.LibsndfileError, AssertionError) as error:
        raise AudioError(_NOT_WRITTEN) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise
        raise AudioError(_NOT_WRITTEN) from error


def _verify(path: Path, frames: int) -> None:
    """Nobody hears of errors while a file is being closed; its header then lacks the length."""
    with _writer_errors():
        if soundfile.info(path).frames != frames:
            raise AudioError(_NOT_WRITTEN)
