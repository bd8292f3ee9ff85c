"""The front page."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.ways import ways_in
from jobs.bands import BANDS
from jobs.sounds import front_sounds


@require_safe
def home(request):
    """What Entrain is, for those who are not signed in; the studio for those who are."""
    if request.user.is_authenticated:
        return redirect("studio")
    context = {"bands": BANDS, "sounds": front_sounds(), **ways_in(request)}
    return render(request, "home.html", context)
