"""The pages of the studio."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.gate import job_of
from jobs.models import Job
from jobs.pricing import not_enough
from jobs.refused import Refused
from jobs.speech import voice_to_start_with
from jobs.studio.form import JobForm
from jobs.studio.page import page_of
from jobs.studio.presets import PRESET_OF, PRESETS

# Says to the next studio page which form became a track: its draft is not needed any more.
SENT = "studio_sent"
SENT_SECONDS = 60 * 60 * 24 * 90


@login_required
@require_http_methods(["GET", "POST"])
def studio(request):
    """The form that makes a track; ``?preset=nap`` fills it in."""
    if request.method == "GET":
        preset = PRESET_OF.get(request.GET.get("preset"))
        return _start(request, (preset or PRESETS[0]).choices(), chosen=bool(preset))
    form = JobForm(request.POST)
    if not form.is_valid():
        return _render(request, form)
    try:
        job = lifecycle.submit_job(request.user, form.cleaned_data["spec"], key=form.submission_key)
    except NotEnoughCredits as error:
        form.add_error(None, not_enough(error))
        return _render(request, form, short_of_credits=True)
    except Refused as error:
        form.add_error(None, error.in_words())
        return _render(request, form)
    response = redirect("job", job.pk)
    response.set_cookie(
        SENT, form.submission_key, max_age=SENT_SECONDS,
        secure=request.is_secure(), httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@login_required
@require_safe
def job_like(request, job_id):
    """The form, filled in as for an earlier track, to make another like it."""
    job = job_of(request, job_id)
    choices = JobForm.initial_from(job.track_spec) | {"title": job.title}
    return _start(request, choices, chosen=True)


@login_required
@require_POST
def quote(request):
    """What the form as it stands would cost, and how its lines would be spaced."""
    form = JobForm(request.POST)
    return render(request, "jobs/studio/_quote.html", {"form": form, "quote": form.quote})


def _start(request, choices, *, chosen):
    """The form filled in with ``choices``, in a voice that there is."""
    known = choices.get("voice")
    if not known:
        newest = Job.objects.of(request.user).values_list("spec__speech__voice", flat=True)
        known = newest.first()
    form = JobForm(initial=choices | {"voice": voice_to_start_with(known)})
    return _render(request, form, chosen=chosen)


def _render(request, form, *, chosen=False, short_of_credits=False):
    """The page; a form that was ``chosen`` elsewhere, or sent, is not replaced by a draft."""
    context = page_of(form) | {
        "quote": form.quote if form.is_bound else None,
        "keep": "sent" if form.is_bound else "chosen" if chosen else "",
        "sent": request.COOKIES.get(SENT, ""),
        "short_of_credits": short_of_credits,
        "here": request.get_full_path(),
    }
    return render(request, "jobs/studio/studio.html", context)
