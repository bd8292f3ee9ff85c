"""What the studio's form sends."""

CHOICES = {
    "title": "Calm evening",
    "affirmations": "I am calm\r\nI am strong\r\nI am here",
    "voice": "espeak:en-us+f3",
    "repetitions": "1",
    "order": "in_order",
    "duration_min": "5",
    "band": "theta",
    "beat_hz": "",
    "beat_kind": "binaural",
    "carrier_hz": "200",
    "noise": "pink",
    "beat_db": "-12",
    "noise_db": "-24",
    "voice_db": "-15",
    "lowpass_hz": "",
    "key": "5f0c7a52-35a4-4ef8-8a0a-0d3f8a6f6e11",
}
