"""The pages of a person's tracks. Every view of one starts at :func:`job_of`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.errors import NotEnoughCredits
from jobs import lifecycle
from jobs.allowance import StorageFull
from jobs.allowance import in_words as storage_full
from jobs.bands import BANDS
from jobs.forms import RenameForm
from jobs.gate import job_of
from jobs.models import Job
from jobs.sounds import front_sounds
from jobs.storage import tracks

JOBS_A_PAGE = 20
# htmx takes this status as "stop polling".
STOP_POLLING = 286
NOT_ENOUGH = (
    "This track costs {error.needed} and you have {error.balance}. Nothing was stored or taken."
)


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
    job = job_of(request, job_id)
    return render(request, "jobs/detail.html", {"job": job, "rename": RenameForm(instance=job)})


@login_required
@require_GET
def job_status(request, job_id):
    """The part of the track's page that changes while it is made."""
    try:
        job = job_of(request, job_id)
    except Http404:
        # A page that was left open while its track was deleted elsewhere stops asking.
        return HttpResponse(status=404, headers={"HX-Redirect": reverse("jobs")})
    status = 200 if job.is_active else STOP_POLLING
    return render(request, "jobs/_status.html", {"job": job}, status=status)


@login_required
@require_POST
def job_rename(request, job_id):
    """Give the track another title."""
    job = job_of(request, job_id)
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
    job = job_of(request, job_id)
    if lifecycle.cancel(job):
        back = "your credit is" if job.price == 1 else f"your {job.price} credits are"
        messages.success(request, f"Cancelled; {back} back.")
    return redirect("job", job_id)


@login_required
@require_POST
def job_retry(request, job_id):
    """Try a track again that failed or was cancelled."""
    try:
        lifecycle.retry(job_of(request, job_id))
    except NotEnoughCredits as error:
        messages.error(request, NOT_ENOUGH.format(error=error))
    except StorageFull as error:
        messages.error(request, storage_full(error))
    return redirect("job", job_id)


@login_required
@require_http_methods(["GET", "POST"])
def job_delete(request, job_id):
    """Ask, then delete a track for good."""
    job = job_of(request, job_id)
    if request.method == "GET":
        return render(request, "jobs/delete.html", {"job": job})
    lifecycle.remove(job)
    messages.success(request, f"“{job.title}” is deleted.")
    return redirect("jobs")


@login_required
@require_POST
def job_again(request, job_id):
    """Make a track again, at no charge, whose file was lost."""
    job = job_of(request, job_id)
    if job.state == Job.State.COMPLETED and not tracks().exists(job.track):
        lifecycle.make_again(job)
    return redirect("job", job_id)
