"""Forms for a track that is there already."""

from django import forms
from django.utils.translation import gettext_lazy as _

from audio import spec
from jobs.models import Job


class RenameForm(forms.ModelForm):
    """Another title for a track."""

    title = forms.CharField(
        label=_("Title"),
        max_length=int(spec.TITLE_CHARS.high),
        widget=forms.TextInput(attrs={"required": True}),
        error_messages={"required": _("Give your track a title.")},
    )

    class Meta:
        model = Job
        fields = ["title"]

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        if not title.isprintable():
            raise forms.ValidationError(_("Has a control character; type it again without it."))
        return title
