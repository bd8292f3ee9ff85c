"""The studio's form: a person's choices in, one track spec out.

What sound permits is decided by the spec; here its errors are put beside the right field.
"""

import itertools
import re
import uuid
import zlib
from typing import NamedTuple

from django import forms

from audio import SpecError, TrackSpec, spec
from audio.placement import Spacing, spacing
from jobs.bands import BANDS, BEAT_OF, CUSTOM, band_of
from jobs.models import Job
from jobs.pricing import credits_for
from jobs.speech import voices

NONE = "none"

# The studio offers less than the engine can do.
MINUTES = spec.Range(1, 120, "minutes")
BEAT_HZ = spec.Range(0.5, 45, "Hz")
CARRIER_HZ = spec.Range(20, 1500, "Hz")
OFFERED = {"duration_min": MINUTES, "beat_hz": BEAT_HZ, "carrier_hz": CARRIER_HZ}
LINE_PROBLEMS_SHOWN = 5

# Which field of the form answers for which field of the spec.
FIELD_OF = {
    "title": "title",
    "duration_s": "duration_min",
    "beats.0.kind": "beat_kind",
    "beats.0.beat_hz": "beat_hz",
    "beats.0.carrier_hz": "carrier_hz",
    "beats.0.level_db": "beat_db",
    "beds.0.colour": "noise",
    "beds.0.level_db": "noise_db",
    "speech.lines": "affirmations",
    "speech.voice": "voice",
    "speech.level_db": "voice_db",
    "speech.lowpass_hz": "lowpass_hz",
    "speech.repetitions": "repetitions",
    "speech.order": "order",
}


class Quote(NamedTuple):
    """What a track will cost, and how its lines will lie in it."""

    credits: int
    spacing: Spacing


def _number(field, limits: spec.Range, *, step="any", required=True, **options):
    """A number field; the browser is told the limits, the spec enforces them."""
    attrs = {"min": f"{limits.low:g}", "max": f"{limits.high:g}", "step": step}
    return field(required=required, widget=forms.NumberInput(attrs=attrs), **options)


def _level(label: str, initial: int):
    attrs = {"min": f"{spec.LEVEL_DB.low:g}", "max": f"{spec.LEVEL_DB.high:g}", "step": "1"}
    return forms.FloatField(
        label=label, initial=initial, widget=forms.NumberInput(attrs=attrs | {"type": "range"})
    )


def _voice_choices():
    return [(group, [(v.id, v.name) for v in members]) for group, members in voices()]


class JobForm(forms.Form):
    """Everything a person chooses for a track; ``cleaned_data["spec"]`` is the result."""

    title = forms.CharField(
        label="Title",
        widget=forms.TextInput(attrs={"maxlength": int(spec.TITLE_CHARS.high)}),
        error_messages={"required": "Give your track a title."},
    )
    affirmations = forms.CharField(
        label="Affirmations",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write at least one line."},
    )
    voice = forms.ChoiceField(label="Who speaks", choices=_voice_choices)
    repetitions = _number(
        forms.IntegerField, spec.REPETITIONS, label="How often each line", step="1", initial=3
    )
    order = forms.ChoiceField(
        label="Order of the lines",
        choices=[("in_order", "In order"), ("shuffled", "Shuffled")],
        initial="in_order",
    )
    duration_min = _number(
        forms.IntegerField, MINUTES, label="Length of the track", step="1", initial=40
    )
    band = forms.ChoiceField(
        label="Brainwave band",
        choices=[(b.key, f"{b.name} · {b.beat_hz:g} Hz") for b in BANDS] + [(CUSTOM, "My own")],
        initial="theta",
    )
    beat_hz = _number(forms.FloatField, BEAT_HZ, label="Your own beat", required=False)
    beat_kind = forms.ChoiceField(
        label="Kind of beat",
        choices=[
            ("binaural", "Binaural"),
            ("monaural", "Monaural"),
            ("isochronic", "Isochronic"),
            (NONE, "None"),
        ],
        initial="binaural",
    )
    carrier_hz = _number(forms.FloatField, CARRIER_HZ, label="Carrier tone", initial=200)
    noise = forms.ChoiceField(
        label="Noise",
        choices=[(NONE, "None"), ("white", "White"), ("pink", "Pink"), ("brown", "Brown")],
        initial="pink",
    )
    beat_db = _level("Level of the beat", -12)
    noise_db = _level("Level of the noise", -24)
    voice_db = _level("Level of the voice", -15)
    lowpass_hz = _number(forms.FloatField, spec.LOWPASS_HZ, label="Soften above", required=False)
    # Sent back with the form: a double click, or sending it again, is one job and one charge.
    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    @classmethod
    def initial_from(cls, track: TrackSpec) -> dict:
        """The choices that lead to ``track``, to make another like it."""
        beat, noise = next(iter(track.beats), None), next(iter(track.beds), None)
        speech = track.speech
        initial = {
            "title": track.title,
            "affirmations": "\n".join(speech.lines),
            "voice": speech.voice,
            "repetitions": speech.repetitions,
            "order": speech.order,
            "voice_db": speech.level_db,
            "lowpass_hz": speech.lowpass_hz,
            "duration_min": round(track.duration_s / 60),
            "beat_kind": beat.kind if beat else NONE,
            "noise": noise.colour if noise else NONE,
        }
        if beat:
            band = band_of(beat.beat_hz)
            initial |= {"band": band, "carrier_hz": beat.carrier_hz, "beat_db": beat.level_db}
            initial["beat_hz"] = beat.beat_hz if band == CUSTOM else None
        if noise:
            initial["noise_db"] = noise.level_db
        # Whole numbers are shown as people write them: 200, not 200.0.
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in initial.items()
        }

    @property
    def submission_key(self) -> str:
        """What makes this submission itself, however often it is sent."""
        return str(self.cleaned_data.get("key") or self.fields["key"].initial())

    @property
    def quote(self) -> Quote | None:
        """What the words cost and how they will be spaced; None while that cannot be told."""
        self.is_valid()
        return self._quote

    def clean(self):
        data = super().clean()
        recipe = self._recipe(data)
        self._quote = _quote(recipe)
        self._refuse_doubled_fields()
        self._refuse_what_is_not_offered(data)
        try:
            track = TrackSpec.parse(recipe)
        except SpecError as error:
            self._report(error.problems)
            return data
        self._refuse_words_that_do_not_fit(self._quote.spacing)
        layers = {"beat_kind": "beats", "noise": "beds"}
        silent = {layer: () for field, layer in layers.items() if data.get(field) == NONE}
        return data | {"spec": track.model_copy(update=silent)}

    def _recipe(self, data: dict) -> dict:
        """The spec that the fields ask for; what a person switched off is checked all the same."""
        beat_kind, colour, band = data.get("beat_kind"), data.get("noise"), data.get("band")
        self._line_numbers, lines = _numbered_lines(data.get("affirmations", ""))
        return {
            "title": data.get("title", ""),
            "duration_s": data.get("duration_min", 0) * 60,
            "beats": [
                {
                    "kind": "isochronic" if beat_kind == NONE else beat_kind,
                    "beat_hz": data.get("beat_hz") if band == CUSTOM else BEAT_OF.get(band),
                    "carrier_hz": data.get("carrier_hz"),
                    "level_db": data.get("beat_db"),
                }
            ],
            "beds": [
                {
                    "kind": "noise",
                    "colour": "white" if colour == NONE else colour,
                    "level_db": data.get("noise_db"),
                }
            ],
            "speech": {
                "lines": lines,
                "voice": data.get("voice", ""),
                "level_db": data.get("voice_db"),
                "lowpass_hz": data.get("lowpass_hz"),
                "repetitions": data.get("repetitions"),
                "order": data.get("order"),
            },
            "seed": zlib.crc32(str(data.get("key")).encode()),
        }

    def _refuse_doubled_fields(self):
        for name in self.fields:
            if hasattr(self.data, "getlist") and len(self.data.getlist(name)) > 1:
                self.add_error(name, "This came twice; send it once.")

    def _refuse_what_is_not_offered(self, data):
        if data.get("band") == CUSTOM and data.get("beat_hz") is None:
            self._add("beat_hz", f"Give your own beat, {BEAT_HZ}.")
        for name, offered in OFFERED.items():
            value = data.get(name)
            if value is not None and not offered.low <= value <= offered.high:
                self._add(name, f"Must be {offered}.")

    def _refuse_words_that_do_not_fit(self, fit: Spacing):
        if fit.fits:
            return
        if fit.needed_min <= MINUTES.high:
            self._add(
                "duration_min",
                f"The words do not fit: spoken, they need at least {fit.needed_min} minutes.",
            )
        else:
            self._add(
                "affirmations",
                f"Spoken, these words need {fit.needed_min} minutes, and a track has at most "
                f"{MINUTES.high:g}. Take fewer lines or fewer repetitions.",
            )

    def _report(self, problems):
        """Put what the spec refused beside the fields that asked for it."""
        in_lines = [p for p in problems if p.field.startswith("speech.lines.")]
        for problem in in_lines[:LINE_PROBLEMS_SHOWN]:
            number = self._line_numbers[int(problem.field.rpartition(".")[2])]
            self.add_error("affirmations", f"Line {number} {problem.message}.")
        if len(in_lines) > LINE_PROBLEMS_SHOWN:
            more = len(in_lines) - LINE_PROBLEMS_SHOWN
            self.add_error("affirmations", f"{more} more lines have a problem.")
        for problem in problems:
            if problem.field == "duration_s":
                self._add("duration_min", f"Must be {MINUTES}.")
            elif problem.field == "beats.0.beat_hz" and "band" in self.errors:
                continue
            elif problem not in in_lines:
                message = problem.message[0].upper() + problem.message[1:]
                self._add(FIELD_OF[problem.field], f"{message}.")

    def _add(self, field: str, message: str):
        """Add an error to a field that has none yet: one thing at a time."""
        if field not in self.errors:
            self.add_error(field, message)


def _quote(recipe: dict) -> Quote | None:
    words_only = {"title": "quote", "beats": (), "beds": ()}
    try:
        track = TrackSpec.parse(recipe | words_only)
    except SpecError:
        return None
    return Quote(credits_for(track.speech), spacing(track.speech, track.duration_s))


def _numbered_lines(text: str) -> tuple[list[int], list[str]]:
    """The lines that hold something, with the numbers they have in ``text``.

    One line more than a spec takes is enough for it to refuse them.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    filled = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    kept = list(itertools.islice(filled, int(spec.LINES.high) + 1))
    return [number for number, _ in kept], [line for _, line in kept]


class RenameForm(forms.ModelForm):
    """Another title for a track."""

    title = forms.CharField(
        max_length=int(spec.TITLE_CHARS.high),
        widget=forms.TextInput(attrs={"required": True}),
        error_messages={"required": "Give your track a title."},
    )

    class Meta:
        model = Job
        fields = ["title"]

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        if not title.isprintable():
            raise forms.ValidationError("Has a control character; type it again without it.")
        return title
