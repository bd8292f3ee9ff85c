"""A private link to a finished track, and what whoever has it sees and hears."""

import secrets

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.urls.converters import StringConverter
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.gate import posted_from
from jobs import extras
from jobs.gate import job_of
from jobs.models import Job, Report, TrackFile
from jobs.storage import file_link, is_lost
from jobs.views.files import cover_response, waveform_response

TOKEN_BYTES = 32
# What is handed on. A FLAC carries its recipe, and with it every word that is spoken.
HANDED_ON = (TrackFile.Kind.OPUS, TrackFile.Kind.M4A, TrackFile.Kind.MP3)
POLL_SECONDS = 5


class TokenConverter(StringConverter):
    """A token as this module makes them; with anything else the database is not asked."""

    regex = "[A-Za-z0-9_-]{43}"


@posted_from("job")
def job_share(request, job_id):
    """Make a link that nobody can guess; one that is there is kept, unless ``renew`` is sent."""
    job = job_of(request, job_id)
    rows = Job.objects.filter(pk=job.pk, state=Job.State.COMPLETED)
    if "renew" not in request.POST:
        rows = rows.filter(share_token=None)
    rows.update(share_token=secrets.token_urlsafe(TOKEN_BYTES))
    return redirect(f"{reverse('job', args=[job_id])}#share")


@posted_from("job")
def job_unshare(request, job_id):
    """Withdraw the link."""
    Job.objects.filter(pk=job_of(request, job_id).pk).update(share_token=None)
    return redirect(f"{reverse('job', args=[job_id])}#share")


@require_safe
def shared(request, token):
    """The page behind the link: title, cover and sound, and nothing else of its owner."""
    job = _shared_job(token)
    ready = any(file.kind in HANDED_ON for file in job.files.all())
    coming = not ready and _are_in_the_making(job)
    if coming and request.htmx:
        return _unseen_by_others(HttpResponse(status=204))
    here = [token]
    context = {
        "job": job,
        "ready": ready,
        "coming": coming,
        "poll_s": POLL_SECONDS,
        "kinds": HANDED_ON,
        "address": reverse("shared_play", args=here),
        "cover": reverse("shared_cover", args=here),
        "waveform": reverse("shared_waveform", args=here),
        "picture": request.build_absolute_uri(f"{reverse('shared_cover', args=here)}?as=png"),
    }
    return _unseen_by_others(render(request, "jobs/shared.html", context))


@require_safe
def shared_play(request, token):
    """Lead whoever has the link to the sound, as ``?as=`` opus, m4a or mp3."""
    job = _shared_job(token)
    if link := _link_handed_on(job, request.GET.get("as", HANDED_ON[0])):
        return _unseen_by_others(redirect(link))
    if not _are_in_the_making(job):
        return _unseen_by_others(HttpResponse(status=410))
    headers = {"Retry-After": str(POLL_SECONDS)}
    return _unseen_by_others(HttpResponse(status=503, headers=headers))


def _link_handed_on(job: Job, asked: str) -> str | None:
    """A link to the sound as ``asked``, or else as whatever there is of what is handed on."""
    if asked not in HANDED_ON:
        raise Http404
    files = {file.kind: file for file in job.files.all()}
    for kind in dict.fromkeys([asked, *HANDED_ON]):
        if kind not in files:
            continue
        if not is_lost(files[kind].key):
            return file_link(files[kind].key, title=job.title, kind=kind, as_attachment=False)
        extras.make_anew(job, kind)
    return None


def _are_in_the_making(job: Job) -> bool:
    """Whether something that belongs beside the track is still to come."""
    return Report.objects.filter(job=job, due_at__isnull=False).exists()


@require_safe
def shared_cover(request, token):
    """The cover, also for the picture that messengers show beside the link."""
    response = cover_response(request, _shared_job(token))
    del response.headers["Cache-Control"]
    patch_cache_control(response, private=True, max_age=3600)
    return _unseen_by_others(response)


@require_safe
def shared_waveform(request, token):
    """The waveform's peaks as JSON."""
    return _unseen_by_others(waveform_response(request, _shared_job(token)))


def _shared_job(token: str) -> Job:
    jobs = Job.objects.prefetch_related("files")
    return get_object_or_404(
        jobs, share_token=token, state=Job.State.COMPLETED, user__is_active=True
    )


def _unseen_by_others(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, and its address from the sites it leads to.

    Not from this one: a form of the page has to say where it comes from.
    """
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
