"""The pages of a person's tracks. Every view of one starts at :func:`_job_of`."""

import mimetypes
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.core.signing import BadSignature
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.bands import BANDS
from jobs.forms import RenameForm
from jobs.models import Job
from jobs.ranges import ranged_response
from jobs.sounds import front_sounds
from jobs.storage import read_link, track_link, tracks

JOBS_A_PAGE = 20
# htmx takes this status as "stop polling".
STOP_POLLING = 286
NOT_ENOUGH = (
    "This track costs {error.needed} and you have {error.balance}. Nothing was stored or taken."
)


def _job_of(request, job_id) -> Job:
    """This person's job; anybody else's does not exist."""
    return get_object_or_404(Job.objects.of(request.user), pk=job_id)


@require_GET
def home(request):
    """What Entrain is, for those who are not signed in; the studio for those who are."""
    if request.user.is_authenticated:
        return redirect("studio")
    return render(request, "home.html", {"bands": BANDS, "sounds": front_sounds()})


@login_required
@require_GET
def job_list(request):
    """A person's tracks, newest first."""
    page = Paginator(Job.objects.of(request.user), JOBS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/list.html", {"page": page})


@login_required
@require_GET
def job_detail(request, job_id):
    """One track: how far it is, or the player."""
    job = _job_of(request, job_id)
    return render(request, "jobs/detail.html", {"job": job, "rename": RenameForm(instance=job)})


@login_required
@require_GET
def job_status(request, job_id):
    """The part of the track's page that changes while it is made."""
    try:
        job = _job_of(request, job_id)
    except Http404:
        # A page that was left open while its track was deleted elsewhere stops asking.
        return HttpResponse(status=404, headers={"HX-Redirect": reverse("jobs")})
    status = 200 if job.is_active else STOP_POLLING
    return render(request, "jobs/_status.html", {"job": job}, status=status)


@login_required
@require_POST
def job_rename(request, job_id):
    """Give the track another title."""
    job = _job_of(request, job_id)
    form = RenameForm(request.POST, instance=job)
    if form.is_valid():
        form.save()
        return redirect("job", job.pk)
    job.refresh_from_db()
    return render(request, "jobs/detail.html", {"job": job, "rename": form})


@login_required
@require_POST
def job_cancel(request, job_id):
    """Stop the making of a track and give the credits back."""
    job = _job_of(request, job_id)
    if lifecycle.cancel(job):
        back = "your credit is" if job.price == 1 else f"your {job.price} credits are"
        messages.success(request, f"Cancelled; {back} back.")
    return redirect("job", job_id)


@login_required
@require_POST
def job_retry(request, job_id):
    """Try a track again that failed or was cancelled."""
    try:
        lifecycle.retry(_job_of(request, job_id))
    except NotEnoughCredits as error:
        messages.error(request, NOT_ENOUGH.format(error=error))
    return redirect("job", job_id)


@login_required
@require_http_methods(["GET", "POST"])
def job_delete(request, job_id):
    """Ask, then delete a track for good."""
    job = _job_of(request, job_id)
    if request.method == "GET":
        return render(request, "jobs/delete.html", {"job": job})
    lifecycle.remove(job)
    messages.success(request, f"“{job.title}” is deleted.")
    return redirect("jobs")


@login_required
@require_safe
def job_download(request, job_id):
    """Lead the owner to the file by a link that lasts an hour."""
    job = _job_of(request, job_id)
    if job.state != Job.State.COMPLETED:
        raise Http404
    if not tracks().exists(job.track):
        return render(request, "jobs/file_gone.html", {"job": job}, status=410)
    return redirect(track_link(job.track, title=job.title))


@login_required
@require_POST
def job_again(request, job_id):
    """Make a track again, at no charge, whose file was lost."""
    job = _job_of(request, job_id)
    if job.state == Job.State.COMPLETED and not tracks().exists(job.track):
        lifecycle.make_again(job)
    return redirect("job", job_id)


@require_safe
def local_file(request, token):
    """A file of the local storage, for whoever holds a signed link that has not run out."""
    try:
        name, disposition = read_link(token)
        response = ranged_response(
            request,
            Path(tracks().path(name)),
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        )
    except (BadSignature, FileNotFoundError):
        raise Http404 from None
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
