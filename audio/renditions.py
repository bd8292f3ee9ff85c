"""Smaller files to listen to, made from a finished FLAC file: Opus, MP3 and AAC.

A binaural beat lives in the difference of the ears, which lossy coding may take for waste. So every
coder here keeps both channels whole, and none may use intensity stereo, which sends one waveform
for both. Measured after decoding, for beats of 4, 6 and 40 Hz on 100 to 400 Hz in common noise, at
every bit rate permitted: the carriers stay 44 dB or more apart, the beat is within 0.0002 Hz, and
the tones keep their level within half a decibel. In a full mix with waves and words, too, they stay
more than 40 dB apart and the beat within 0.001 Hz.
"""

import base64
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import av.stream
from av.container import InputContainer, OutputContainer

from audio import tags as flac_tags
from audio.errors import AudioError
from audio.output import complete_or_absent
from audio.spec import Range
from audio.tags import Tags
from audio.watch import Watch, watched

_MILLISECOND = Fraction(1, 1000)


class _CutShort(Exception):
    pass


class Coding(NamedTuple):
    """How a kind of file is made; ``sample_rate`` None keeps that of the recording."""

    container: str
    codec: str
    bit_rate: int
    options: dict[str, str]
    sample_rate: int | None = None
    container_options: dict[str, str] = {}


_OPUS = Coding("ogg", "libopus", 128_000, {"application": "audio"}, 48_000)
CODINGS = {
    ".opus": _OPUS,
    ".ogg": _OPUS,
    # In ID3v2.4 FFmpeg writes the size of a chapter with a long name as v2.3 does, and it is lost.
    ".mp3": Coding(
        "mp3",
        "libmp3lame",
        192_000,
        {"joint_stereo": "0"},
        container_options={"id3v2_version": "3"},
    ),
    # No intensity stereo, no mid/side, no noise in the place of what is there.
    # The index stands first, so that a browser can play before it has all.
    ".m4a": Coding(
        "mp4",
        "aac",
        192_000,
        {"aac_is": "0", "aac_ms": "0", "aac_pns": "0"},
        container_options={"movflags": "faststart", "brand": "M4A "},
    ),
}
ENDINGS = tuple(CODINGS)
# At 96,000 AAC let the ears come as close as 37 dB, at 64,000 Opus did.
BIT_RATE = Range(128_000, 320_000, "bits a second")


def make_rendition(
    source: Path,
    path: Path,
    *,
    bit_rate: int | None = None,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Encode the FLAC file ``source`` anew, with its title, chapters and cover.

    The file appears at ``path`` when it is complete; until then, and after any failure, whatever
    was there before is untouched.

    Parameters
    ----------
    source : a FLAC file that :func:`audio.output.write` wrote.
    path : where to; the ending says the kind: ``.opus`` or ``.ogg``, ``.mp3``, ``.m4a``.
    bit_rate : 128,000 to 320,000 bits a second; by default 128,000 for Opus, else 192,000.
    progress : called with the fraction done, 0 to 1, several times a second.
    cancelled : asked as often; once it answers true the work stops.

    Raises
    ------
    Cancelled
        ``cancelled`` answered true.
    AudioError
        The ending or the bit rate is not one of these, ``source`` is no such file or is cut short,
        or ``path`` could not be written.
    OSError
        A file or folder is missing or may not be used.
    """
    source, path = Path(source), Path(path)
    coding = _coding_of(path, bit_rate)
    watched(
        lambda watch: _make(source, path, coding, watch), progress=progress, cancelled=cancelled
    )


def _make(source: Path, path: Path, coding: Coding, watch: Watch) -> None:
    try:
        tags = flac_tags.read(source)
    except ValueError as error:
        raise AudioError(f"{source.name} could not be made into {path.name}: {error}") from error
    try:
        with (
            complete_or_absent(path) as part,
            av.open(str(source)) as recording,
            av.open(
                str(part), "w", format=coding.container, container_options=coding.container_options
            ) as rendition,
        ):
            _transcode(recording, rendition, coding, tags, watch)
            watch.look(1.0)
    except (_CutShort, av.error.FFmpegError) as error:
        # The system's errors name the file that was being written, which nobody ever sees.
        reason = error.strerror if isinstance(error, OSError) else error
        raise AudioError(f"{source.name} could not be made into {path.name}: {reason}") from error


def _coding_of(path: Path, bit_rate: int | None) -> Coding:
    ending = path.suffix.lower()
    if ending not in CODINGS:
        raise AudioError(f"the file must end in {', '.join(ENDINGS)}, not in “{ending}”")
    coding = CODINGS[ending]
    if bit_rate is None:
        return coding
    if not BIT_RATE.low <= bit_rate <= BIT_RATE.high:
        raise AudioError(f"bit_rate: must be {BIT_RATE}")
    return coding._replace(bit_rate=bit_rate)


def _transcode(
    recording: InputContainer,
    rendition: OutputContainer,
    coding: Coding,
    tags: Tags,
    watch: Watch,
) -> None:
    sound = recording.streams.audio[0]
    frames = round(sound.duration * sound.time_base * sound.rate)
    rate = coding.sample_rate or sound.rate
    stream = rendition.add_stream(
        coding.codec, rate=rate, layout="stereo", bit_rate=coding.bit_rate, options=coding.options
    )
    _describe(rendition, tags, length_s=frames / sound.rate)
    resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=rate)
    done = 0
    for frame in recording.decode(sound):
        for ready in resampler.resample(frame):
            rendition.mux(stream.encode(ready))
        done += frame.samples
        watch.look(done / frames)
    if done < frames:
        raise _CutShort("it is cut short")
    for ready in resampler.resample(None):
        rendition.mux(stream.encode(ready))
    rendition.mux(stream.encode(None))


def _describe(rendition: OutputContainer, tags: Tags, *, length_s: float) -> None:
    """Write words, chapters and cover, each where the kind of file holds it."""
    words = {
        "title": tags.title,
        "artist": tags.artist,
        "date": tags.date,
        # FFmpeg's name for what FLAC and Ogg call DESCRIPTION.
        "comment": tags.description,
    }
    rendition.metadata.update({name: text for name, text in words.items() if text})
    if rendition.format.name == "ogg":
        _describe_ogg(rendition, tags)
        return
    ends_s = [chapter.start_s for chapter in tags.chapters[1:]] + [length_s]
    rendition.set_chapters(
        [
            {
                "id": number,
                "start": round(chapter.start_s / _MILLISECOND),
                "end": round(end_s / _MILLISECOND),
                "time_base": _MILLISECOND,
                "metadata": {"title": chapter.name},
            }
            for number, (chapter, end_s) in enumerate(zip(tags.chapters, ends_s, strict=False), 1)
        ]
    )
    if tags.cover:
        _attach(rendition, tags.cover)


def _describe_ogg(rendition: OutputContainer, tags: Tags) -> None:
    """Chapters and cover as comments. FFmpeg's own way rounds chapters to the wrong second."""
    rendition.metadata.update(flac_tags.chapter_fields(tags.chapters))
    if tags.cover:
        block = base64.b64encode(flac_tags.picture(tags.cover)).decode()
        rendition.metadata["METADATA_BLOCK_PICTURE"] = block


def _attach(rendition: OutputContainer, png: bytes) -> None:
    """Add ``png`` as the front cover, which FFmpeg takes for a film of one picture."""
    width, height = flac_tags.png_size(png)
    stream = rendition.add_mux_stream("png", width=width, height=height)
    stream.disposition = av.stream.Disposition.attached_pic
    stream.metadata["comment"] = "Cover (front)"
    packet = av.Packet(png)
    packet.stream, packet.time_base, packet.is_keyframe = stream, _MILLISECOND, True
    packet.pts = packet.dts = 0
    rendition.mux(packet)
