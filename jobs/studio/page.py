"""What the studio's page shows beside the form, and what its scripts need to know."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from audio.spec import BEDS as BEDS_AT_ONCE
from audio.spec import VOICE_LEVELS_DB, Beat, Speech, TrackSpec
from jobs.bands import BANDS, BEAT_OF
from jobs.studio.beats import KINDS, NONE
from jobs.studio.beds import BEDS
from jobs.studio.fields import BEAT_HZ, CURVES, POINTS
from jobs.studio.form import JobForm
from jobs.studio.presets import CONSTANT, PRESETS, drawn_small
from jobs.studio.recipe import DRAWN, TITLE_FROM_LINE_CHARS

USUAL_MINUTES = (10, 20, 30, 45, 60)
PRESENCES = (
    (_("Clear"), "clear"), (_("Soft"), "soft"), (_("Whisper"), "whisper"),
    (_("Barely heard"), "barely heard"),
)  # fmt: skip

# Where a mistake may lie out of sight, and has to be brought out.
VOICE_DETAILS = (
    "order", "echo", "room", "lowpass_hz", "duck_db", "gap_s", "jitter_s",
    "lead_in_s", "lead_out_s", "fade_in_s", "fade_out_s",
)  # fmt: skip
BEAT_DETAILS = ("beat_kind", "carrier_hz", "wave", "duty", "depth")


def page_of(form: JobForm) -> dict[str, Any]:
    """The page's context for ``form``."""
    return {
        "form": form,
        "presets": [(preset, drawn_small(preset.points)) for preset in PRESETS],
        "bands": BANDS,
        "curves": CURVES.items(),
        "kinds": KINDS,
        "presences": [(name, int(VOICE_LEVELS_DB[key])) for name, key in PRESENCES],
        "usual_minutes": USUAL_MINUTES,
        "voice_errors": any(form[name].errors for name in VOICE_DETAILS),
        "beat_errors": any(form[name].errors for name in BEAT_DETAILS),
        "studio": _for_scripts(form),
    }


def _for_scripts(form: JobForm) -> dict[str, Any]:
    """How choices become a spec, so that the browser makes the same of them as the server."""
    placed = {name: field for name, field in form.fields.items() if hasattr(field, "path")}
    words = {"lines": ["words"], "voice": "none"}
    track = TrackSpec(title="none", duration_s=60).model_dump(mode="json")
    return {
        "track": track,
        "beat": Beat(kind="binaural", beat_hz=1).model_dump(mode="json"),
        "speech": Speech(**words).model_dump(mode="json"),
        "beds": {bed.key: bed.defaults() for bed in BEDS},
        "fields": {name: [field.path, field.per] for name, field in placed.items()},
        "presets": {
            preset.key: {
                "choices": preset.choices(),
                "points": preset.points,
                "phases": preset.phases if preset.key != CONSTANT else [],
                "lines": list(map(str, preset.lines)),
            }
            for preset in PRESETS
        },
        "bands": [[band.key, str(band.name), band.high_hz] for band in BANDS],
        "beats": BEAT_OF,
        "limits": {"hz": BEAT_HZ[:2], "points": POINTS[:2], "beds": BEDS_AT_ONCE.high},
        "words": {"drawn": DRAWN, "constant": CONSTANT, "none": NONE},
        "title_chars": TITLE_FROM_LINE_CHARS,
    }
