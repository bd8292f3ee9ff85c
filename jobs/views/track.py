"""The page of one track: how far it is, its player, and what else there is to it."""

from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_htmx.http import reswap, retarget

from accounts.gate import posted_from
from accounts.sessions import is_signed_in
from jobs import certificate, restraint
from jobs.forms import RenameForm
from jobs.gate import job_of
from jobs.models import Job

# htmx takes this status as "stop polling".
STOP_POLLING = 286


@login_required
@require_GET
def job_detail(request, job_id):
    """One track: how far it is, or the player."""
    return _render(request, job_id, "jobs/detail.html")


@require_GET
def job_status(request, job_id):
    """The part of the track's page that changes while it is made; all of it when that ends."""
    if job := _watched(request, job_id, state__in=Job.ACTIVE):
        return render(request, "jobs/_status.html", {"job": job})
    return _status_at_the_end(request, job_id)


@login_required
def _status_at_the_end(request, job_id):
    try:
        response = _render(request, job_id, "jobs/_track.html", status=STOP_POLLING)
    except Http404:
        # A page that was left open while its track was deleted elsewhere stops asking.
        return HttpResponse(status=404, headers={"HX-Redirect": reverse("jobs")})
    return retarget(reswap(response, "outerHTML"), "#track")


@require_GET
def job_extras(request, job_id):
    """What a finished track has beside it, as soon as all of it is there."""
    if _watched(request, job_id, report__due_at__isnull=False):
        return HttpResponse(status=204)
    return _all_extras(request, job_id)


@login_required
def _all_extras(request, job_id):
    return _render(request, job_id, "jobs/_extras.html")


@posted_from("job")
def job_rename(request, job_id):
    """Give the track another title."""
    job, form = job_of(request, job_id), RenameForm(request.POST)
    if form.is_valid():
        Job.objects.of(request.user).filter(pk=job.pk).update(**form.cleaned_data)
        messages.success(request, _("The track is called “%(title)s” now.") % form.cleaned_data)
        return redirect("job", job.pk)
    here = reverse("job", args=[job_id])
    return _render(request, job_id, "jobs/detail.html", rename=form, here=here)


def _watched(request, job_id, **condition) -> Job | None:
    """This person's job if it is as stated, by one query for the job and its owner.

    For what a page asks for every few seconds. None may also mean that the session has to be
    looked at more closely, so whoever gets it goes the way of all other requests.
    """
    jobs = Job.objects.with_place().select_related("user").filter(pk=job_id, **condition)
    job = jobs.filter(user=request.session.get(SESSION_KEY)).first()
    if job is None or not is_signed_in(request, job.user):
        return None
    request.user = job.user
    return job


def _render(request, job_id, template, *, rename=None, status=200, **more):
    jobs = Job.objects.of(request.user).with_place().select_related("report")
    # The page draws the waveform from an address of its own.
    jobs = jobs.prefetch_related("files").defer("report__waveform")
    job = get_object_or_404(jobs, pk=job_id)
    report = getattr(job, "report", None)
    found = report and report.certificate
    context = {
        "job": job,
        "rename": rename or RenameForm(initial={"title": job.title}),
        "words": certificate.in_words(found) if found else [],
        "figures": certificate.figures(found) if found else [],
        "share_link": _share_link(request, job),
        "warning": restraint.warning_for(job),
    }
    return render(request, template, context | more, status=status)


def _share_link(request, job: Job) -> str:
    if not job.share_token:
        return ""
    return request.build_absolute_uri(reverse("shared", args=[job.share_token]))
