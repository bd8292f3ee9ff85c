"""Forms for a track that is there already."""

from django import forms
from django.utils.translation import gettext_lazy as _

from audio import spec
from audio.fields import is_printable


class RenameForm(forms.Form):
    """Another title for a track. It writes nothing: a job's row is a worker's as well."""

    title = forms.CharField(
        label=_("Title"),
        max_length=int(spec.TITLE_CHARS.high),
        widget=forms.TextInput(attrs={"required": True}),
        error_messages={"required": _("Give your track a title.")},
    )

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        if not all(map(is_printable, title)):
            raise forms.ValidationError(_("Has a control character; type it again without it."))
        return title
