"""Speak standard input with espeak-ng and write a WAV file to standard output.

Run as a program of its own, with the voice and the words a minute as arguments. espeak-ng is under
the GPL, so nothing else of Entrain is imported here and this file is imported nowhere. A process a
line also starts from a clean state: the library carries some over from call to call.
"""

import ctypes
import io
import sys
import wave

import espeakng_loader

# From espeak-ng's speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
RATE = 1
POS_CHARACTER = 1
CHARS_UTF8 = 1  # and no SSML flag: signs in the text are only signs
OK = 0

SAMPLES_ARRIVED = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def speak(text: str, voice: str, words_per_minute: int) -> bytes:
    """``text`` as a mono 16-bit WAV file."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data_path = espeakng_loader.get_data_path().encode()
    rate = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data_path, 0)
    if rate <= 0:
        sys.exit("espeak-ng did not start")
    # Else the breath in a voice follows from the second in which it speaks.
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    if library.espeak_SetVoiceByName(voice.encode()) != OK:
        sys.exit(f"espeak-ng has no voice {voice}")
    library.espeak_SetParameter(RATE, words_per_minute, 0)

    samples = bytearray()

    @SAMPLES_ARRIVED
    def keep(chunk, count, _events):
        if chunk:
            samples.extend(ctypes.string_at(chunk, 2 * count))
        return 0

    library.espeak_SetSynthCallback(keep)
    data = text.encode() + b"\0"
    size = ctypes.c_size_t(len(data))
    if library.espeak_Synth(data, size, 0, POS_CHARACTER, 0, CHARS_UTF8, None, None) != OK:
        sys.exit("espeak-ng could not speak the text")
    return as_wav(bytes(samples), rate)


def as_wav(samples: bytes, rate: int) -> bytes:
    """Mono 16-bit ``samples`` with a WAV header."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return buffer.getvalue()


if __name__ == "__main__":
    _, chosen_voice, chosen_pace = sys.argv
    words = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(speak(words, chosen_voice, int(chosen_pace)))
