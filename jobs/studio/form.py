"""The studio's form: a person's choices in, one track spec out.

What sound permits is decided by the spec; here its errors are put beside the right field.
"""

import itertools
import re
import uuid

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audio import SpecError, TrackSpec, spec
from audio.errors import Problem
from audio.placement import Spacing
from jobs.bands import BANDS
from jobs.speech import voices
from jobs.studio.beats import KINDS, NONE
from jobs.studio.beds import BEDS, BedOnOffer, Knob
from jobs.studio.fields import BEAT_HZ, Choice, Number, Points, WholeNumber, in_words
from jobs.studio.presets import CONSTANT, PRESETS
from jobs.studio.quote import Quote, quote_of
from jobs.studio.recipe import DRAWN, OWN, as_written, choices_of, chosen_beds, recipe_of
from jobs.studio.refusals import in_own_words
from jobs.voice_names import label_of

MINUTES = spec.Range(1, 120, "minutes")
CARRIER_HZ = spec.Range(20, 1500, "Hz")
LINE_PROBLEMS_SHOWN = 5

# Where the spec's faults between several fields are answered.
FIELD_OF = {"duration_s": "duration_min", "beats": "beat_db", "speech.lines": "affirmations"}


def _voice_choices():
    return [(group, [(v.id, label_of(v)) for v in members]) for group, members in voices()]


def _level(label: str, path: str, initial: int):
    return Number(label, path, spec.LEVEL_DB, step="1", initial=initial)


def _percent(label: str, path: str, initial: int = 0):
    return Number(label, path, spec.SHARE, per=100, step="1", initial=initial)


class JobForm(forms.Form):
    """Everything a person chooses for a track; ``cleaned_data["spec"]`` is the result.

    The fields stand in the order of the page, and so do their errors.
    """

    course = forms.ChoiceField(
        label=gettext_lazy("Where to start"),
        choices=[(preset.key, preset.name) for preset in PRESETS]
        + [(DRAWN, gettext_lazy("Your own curve"))],
        initial=PRESETS[0].key,
    )
    affirmations = forms.CharField(
        label=gettext_lazy("Your words"),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("Write at least one line.")},
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": int(spec.TITLE_CHARS.high)}),
    )

    voice = Choice(gettext_lazy("Who speaks"), "speech.voice", _voice_choices, required=True)
    repetitions = WholeNumber(
        gettext_lazy("How often each line"), "speech.repetitions", spec.REPETITIONS, required=True
    )
    duration_min = WholeNumber(gettext_lazy("Length"), "duration_min", MINUTES, required=True)
    order = Choice(
        gettext_lazy("Order of the lines"), "speech.order",
        [("in_order", gettext_lazy("As written")), ("shuffled", gettext_lazy("Shuffled"))],
        initial="in_order",
    )  # fmt: skip
    echo = _percent(gettext_lazy("Echo from ear to ear"), "speech.echo")
    room = _percent(gettext_lazy("Sound of a small room"), "speech.room")
    lowpass_hz = Number(gettext_lazy("Soften above"), "speech.lowpass_hz", spec.LOWPASS_HZ)
    duck_db = Number(
        gettext_lazy("Sounds step back while words are spoken, by"), "speech.duck_db",
        spec.DUCK_DB, initial=6,
    )  # fmt: skip
    gap_s = Number(gettext_lazy("Pause between lines"), "speech.gaps", spec.GAP_S)
    jitter_s = Number(
        gettext_lazy("Lines move at random by up to"), "speech.jitter_s", spec.JITTER_S, initial=0
    )
    lead_in_s = Number(
        gettext_lazy("Before the first line"), "speech.lead_in_s", spec.LEAD_S, initial=5
    )
    lead_out_s = Number(
        gettext_lazy("After the last line"), "speech.lead_out_s", spec.LEAD_S, initial=5
    )
    fade_in_s = Number(gettext_lazy("Fade in"), "fade_in_s", spec.FADE_S, initial=2)
    fade_out_s = Number(gettext_lazy("Fade out"), "fade_out_s", spec.FADE_S, initial=4)

    curve = Points(label=gettext_lazy("The beat over time"), required=False)
    band = forms.ChoiceField(
        label=gettext_lazy("The beat"),
        choices=[(b.key, b.name) for b in BANDS] + [(OWN, gettext_lazy("My own"))],
        initial="theta",
        required=False,
    )
    beat_hz = Number(gettext_lazy("Your own beat"), "beats.0.beat_hz", BEAT_HZ)
    beat_kind = Choice(
        gettext_lazy("Kind of beat"), "beats.0.kind",
        [(key, name) for key, name, _words in KINDS],
        initial="binaural", required=True,
    )  # fmt: skip
    carrier_hz = Number(gettext_lazy("Carrier tone"), "beats.0.carrier_hz", CARRIER_HZ, initial=200)
    wave = Choice(
        gettext_lazy("Form of the tone"), "beats.0.wave",
        [
            ("sine", gettext_lazy("Sine, the purest")),
            ("triangle", gettext_lazy("Triangle, a little brighter")),
            ("soft_square", gettext_lazy("Soft square, hollow")),
            ("band_limited", gettext_lazy("Square, bright")),
        ],
        initial="sine",
    )  # fmt: skip
    duty = Number(
        gettext_lazy("How long each pulse lasts"), "beats.0.duty", spec.DUTY, per=100,
        step="1", initial=50,
    )  # fmt: skip
    depth = _percent(gettext_lazy("How deep the pulse goes"), "beats.0.depth", 100)

    beds = forms.MultipleChoiceField(
        label=gettext_lazy("Sounds underneath"),
        choices=[(bed.key, bed.name) for bed in BEDS],
        required=False,
    )
    voice_db = _level(gettext_lazy("Voice"), "speech.level_db", -15)
    beat_db = _level(gettext_lazy("Beat"), "beats.0.level_db", -22)
    # Sent back with the form: a double click, or sending it again, is one job and one charge.
    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, initial=None, **options):
        start = PRESETS[0].choices() if initial is None else initial
        super().__init__(*args, initial=start, **options)
        for bed in BEDS:
            self.fields[f"{bed.key}_level_db"] = _level(
                bed.name, f"beds.{bed.key}.level_db", bed.level_db
            )
            for knob in bed.knobs:
                self.fields[f"{bed.key}_{knob.name}"] = _knob(bed, knob)

    @classmethod
    def initial_from(cls, track: TrackSpec) -> dict:
        """The choices that lead to ``track``, to make another like it."""
        return choices_of(track, cls().fields)

    @property
    def submission_key(self) -> str:
        """What makes this submission itself, however often it is sent."""
        return str(self.cleaned_data.get("key") or self.fields["key"].initial())

    @property
    def quote(self) -> Quote | None:
        """What the words cost and how they will be spaced; None while that cannot be told."""
        self.is_valid()
        return self._quote

    @property
    def trouble(self) -> forms.BoundField | None:
        """The first field with an error, if that is more than that there are no words yet."""
        return next((field for field in self if field.errors and not self._is_blank(field)), None)

    def _is_blank(self, field) -> bool:
        return field.name == "affirmations" and self.has_error(field.name, "required")

    def bed_rows(self):
        """Each bed on offer with its fields: the level, and what else can be chosen of it."""
        chosen = self["beds"].value() or []
        for bed in BEDS:
            knobs = [(knob, self[f"{bed.key}_{knob.name}"]) for knob in bed.knobs]
            yield bed, bed.key in chosen, self[f"{bed.key}_level_db"], knobs

    def clean(self):
        data = super().clean()
        self._refuse_doubled_fields()
        self._line_numbers, lines = _numbered_lines(data.get("affirmations", ""))
        recipe = recipe_of(self.fields, data, lines)
        # In the place of what is no choice at all a spec has what is usual: nobody asked for that.
        self._quote = None if self.errors else quote_of(recipe)
        self._refuse_a_course_without_a_beat(data)
        try:
            track = TrackSpec.parse(recipe)
        except SpecError as error:
            for problem in error.problems:
                self._report(problem)
            self._report_lines(error.problems)
            return data
        if self._quote:
            self._refuse_words_that_do_not_fit(self._quote.spacing)
        return data | {"spec": track}

    def _refuse_a_course_without_a_beat(self, data: dict):
        course, band = data.get("course"), data.get("band")
        if course == DRAWN and not data.get("curve") and data.get("beat_kind") != NONE:
            self._add("curve", _("Draw a curve, or choose where to start."))
        if course == CONSTANT and not band:
            self._add("band", _("Choose a beat."))
        if course == CONSTANT and band == OWN and data.get("beat_hz") is None:
            self._add("beat_hz", _("Give your own beat, %(range)s.") % {"range": in_words(BEAT_HZ)})

    def _refuse_doubled_fields(self):
        for name in self.fields:
            sent = self.data.getlist(name) if hasattr(self.data, "getlist") else []
            if len(sent) > (len(set(sent)) if name == "beds" else 1):
                self.add_error(name, _("This came twice; send it once."))

    def _refuse_words_that_do_not_fit(self, fit: Spacing):
        if fit.fits:
            return
        if fit.needed_min <= MINUTES.high:
            self._add("duration_min", ngettext(
                "The words do not fit: spoken, they need at least %(minutes)d minute.",
                "The words do not fit: spoken, they need at least %(minutes)d minutes.",
                fit.needed_min,
            ) % {"minutes": fit.needed_min})  # fmt: skip
        else:
            self._add("affirmations", _(
                "Spoken, these words need %(minutes)d minutes, and a track has at most "
                "%(most)d. Take fewer lines or fewer repetitions."
            ) % {"minutes": fit.needed_min, "most": MINUTES.high})  # fmt: skip

    def _report_lines(self, problems):
        """Name the faulty lines by the numbers they have on the page."""
        in_lines = [p for p in problems if p.field.startswith("speech.lines.")]
        for problem in in_lines[:LINE_PROBLEMS_SHOWN]:
            number = self._line_numbers[int(problem.field.rpartition(".")[2])]
            self.add_error("affirmations", _("Line %(number)d %(problem)s.") % {
                "number": number, "problem": in_own_words(problem)})  # fmt: skip
        if len(in_lines) > LINE_PROBLEMS_SHOWN:
            more = len(in_lines) - LINE_PROBLEMS_SHOWN
            self.add_error("affirmations", ngettext(
                "%(more)d more line has a problem.", "%(more)d more lines have a problem.", more
            ) % {"more": more})  # fmt: skip

    def _report(self, problem: Problem):
        """Put what the spec refused beside the field that asked for it."""
        if problem.field.startswith("speech.lines."):
            return
        self._add(self._field_of(problem.field), f"{capfirst(in_own_words(problem))}.")

    def _field_of(self, path: str) -> str | None:
        """The field that answers for a place of the spec; None if it is one of the whole form."""
        if path == "title" and not self.cleaned_data.get("title"):
            return "affirmations"
        if path.startswith("beats.0.beat_hz"):
            constant = "beat_hz" if self.cleaned_data.get("band") == OWN else "band"
            drawn = {DRAWN: "curve", CONSTANT: constant}.get(self.cleaned_data.get("course"))
            return drawn or "course"
        if path.startswith("beds.") and path.split(".")[1].isdigit():
            _beds, number, name = path.split(".", 2)
            path = f"beds.{chosen_beds(self.cleaned_data)[int(number)]}.{name}"
        paths = {getattr(field, "path", name): name for name, field in self.fields.items()}
        return FIELD_OF.get(path) or paths.get(path)

    def _add(self, field: str | None, message: str):
        """Add an error to a field that has none yet: one thing at a time."""
        if field not in self.errors:
            self.add_error(field, message)


def _knob(bed: BedOnOffer, knob: Knob):
    path, initial = f"beds.{bed.key}.{knob.name}", bed.defaults()[knob.name]
    if knob.choices:
        return Choice(knob.label, path, knob.choices, initial=initial)
    if knob.limits is spec.SHARE:
        return _percent(knob.label, path, round(initial * 100))
    kind = WholeNumber if isinstance(initial, int) else Number
    return kind(knob.label, path, knob.limits, initial=as_written(initial))


def _numbered_lines(text: str) -> tuple[list[int], list[str]]:
    """The lines that hold something, with the numbers they have in ``text``.

    One line more than a spec takes is enough for it to refuse them.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    filled = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    kept = list(itertools.islice(filled, int(spec.LINES.high) + 1))
    return [number for number, _line in kept], [line for _number, line in kept]
