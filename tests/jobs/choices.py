"""What the studio's form sends."""

CHOICES = {
    "course": "constant",
    "title": "Calm evening",
    "affirmations": "I am calm\r\nI am strong\r\nI am here",
    "voice": "espeak:en-us+f3",
    "repetitions": "1",
    "order": "in_order",
    "duration_min": "5",
    "band": "theta",
    "beat_hz": "",
    "curve": "",
    "beat_kind": "binaural",
    "carrier_hz": "200",
    "beds": ["pink"],
    "pink_level_db": "-24",
    "beat_db": "-12",
    "voice_db": "-15",
    "lowpass_hz": "",
    "key": "5f0c7a52-35a4-4ef8-8a0a-0d3f8a6f6e11",
}

DRAWN = '[[0, 10, "smooth"], [0.333333, 4.2, "step"], [1, 5, "linear"]]'

# Fillings that use all that the form has; each changes the usual one.
FILLINGS = {
    "nothing odd": {},
    "an own beat": {"band": "custom", "beat_hz": "7.5", "lowpass_hz": "3000"},
    "another band": {"band": "gamma", "carrier_hz": "432.5"},
    "a session": {"course": "nap", "duration_min": "17"},
    "a drawn curve": {"course": "drawn", "curve": DRAWN, "duration_min": "7"},
    "sounds": {
        "beds": ["rain", "bowls", "drone", "violet"],
        "rain_intensity": "29",
        "bowls_strikes": "random",
        "bowls_interval_s": "40",
        "drone_key": "F#",
        "drone_octave": "3",
        "drone_chord": "minor",
    },
    "words": {
        "affirmations": "  I  am \r\n\r\n\t\r\nhere, e\u0301\u00e9\r\n",
        "repetitions": "2",
        "order": "shuffled",
        "gap_s": "5.5",
        "jitter_s": "2",
        "echo": "29",
        "room": "57",
        "duck_db": "12",
        "lead_in_s": "20",
        "lead_out_s": "0",
        "fade_in_s": "5",
        "fade_out_s": "30",
    },
    "a pulse": {"beat_kind": "isochronic", "duty": "35", "depth": "70", "wave": "triangle"},
    "in the sounds": {"beat_kind": "embedded", "depth": "70"},
    "words alone": {"beat_kind": "none", "beds": []},
    "no title": {"title": "", "affirmations": "I am calm, and \U0001f9d8 so " * 6},
    "one long word": {"title": "  ", "affirmations": "\U0001f9d8a" * 45},
}
