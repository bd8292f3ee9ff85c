"""A track's files: led to by links that last an hour, or, small and shown in pages, sent."""

import mimetypes
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.durations import YEAR_S
from audio import cover
from jobs import extras
from jobs.gate import job_of
from jobs.models import Job, Report, TrackFile
from jobs.ranges import ranged_response
from jobs.storage import FLAC, SOUND_TYPES, file_link, is_lost, read_file, read_link, tracks

Kind = TrackFile.Kind


@login_required
@require_safe
def job_download(request, job_id):
    """Lead the owner to the track as ``?as=`` flac, opus, m4a or mp3, to be saved."""
    return _owner_s_file(request, job_id, as_attachment=True)


@login_required
@require_safe
def job_play(request, job_id):
    """The same to be played where it is."""
    return _owner_s_file(request, job_id, as_attachment=False)


def _owner_s_file(request, job_id, *, as_attachment: bool) -> HttpResponse:
    job = job_of(request, job_id)
    link = sound_link(job, request.GET.get("as", FLAC), as_attachment=as_attachment)
    if link:
        return redirect(link)
    if not is_lost(job.track):
        messages.info(request, _("That file is being made again; it is here in a few minutes."))
        return redirect("job", job_id)
    return render(request, "jobs/file_gone.html", {"job": job}, status=410)


def sound_link(job: Job, kind: str, *, as_attachment: bool) -> str | None:
    """A link to the finished track as ``kind``; None where the storage has lost the file.

    Who only wants to listen does not notice that a format is missing: the FLAC is always there.

    Raises
    ------
    Http404
        It is not finished, or not made in this format.
    """
    if job.state != Job.State.COMPLETED or kind not in SOUND_TYPES:
        raise Http404
    key = job.track
    if kind != FLAC:
        file = job.files.filter(kind=kind).first()
        if file is None and as_attachment:
            raise Http404
        if file is None:
            return sound_link(job, FLAC, as_attachment=False)
        key = file.key
    if not is_lost(key):
        return file_link(key, title=job.title, kind=kind, as_attachment=as_attachment)
    if kind == FLAC:
        return None
    extras.make_anew(job, kind)
    return None if as_attachment else sound_link(job, FLAC, as_attachment=False)


@login_required
@require_safe
def job_cover(request, job_id):
    """The cover, as ``?as=`` svg or png, at whatever stage the track is."""
    return cover_response(request, job_of(request, job_id))


def cover_response(request, job: Job) -> HttpResponse:
    """The cover of ``job``; it follows from the recipe, which never changes."""
    if request.GET.get("as", "svg") == "png":
        content = _stored(job, Kind.COVER_PNG) or cover.png(job.track_spec)
        response = HttpResponse(content, content_type="image/png")
    else:
        # Drawn sooner than it could be fetched from the storage.
        response = HttpResponse(cover.svg(job.track_spec), content_type="image/svg+xml")
    patch_cache_control(response, private=True, max_age=YEAR_S, immutable=True)
    return response


@login_required
@require_safe
def job_waveform(request, job_id):
    """The waveform's peaks as JSON."""
    return waveform_response(request, job_of(request, job_id))


def waveform_response(request, job: Job) -> HttpResponse:
    """The peaks of the recording of ``job``, kept by the browser as long as it is this one."""
    report = Report.objects.filter(job=job).defer("certificate").first()
    if report is None or report.waveform is None:
        raise Http404
    return _of_one_recording(request, report.attempt, JsonResponse(report.waveform))


@login_required
@require_safe
def job_spectrogram(request, job_id):
    """The spectrum over time, as a picture."""
    job = job_of(request, job_id)
    content = _stored(job, Kind.SPECTROGRAM)
    if content is None:
        raise Http404
    return _of_one_recording(request, job.attempt, HttpResponse(content, content_type="image/png"))


def _of_one_recording(request, attempt: int, response: HttpResponse) -> HttpResponseBase:
    """For ever good with the attempt in the address, ``?v=``; else to be asked for each time."""
    if request.GET.get("v") == str(attempt):
        patch_cache_control(response, private=True, max_age=YEAR_S, immutable=True)
        return response
    etag = quote_etag(str(attempt))
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=etag, response=response)


def _stored(job: Job, kind: str) -> bytes | None:
    """A small file of the job, if it is there and the storage answers."""
    file = job.files.filter(kind=kind).first()
    if file is None:
        return None
    try:
        return read_file(file.key)
    except FileNotFoundError:
        extras.make_anew(job, kind)
        return None


@require_safe
def local_file(request, token):
    """A file of the local storage, for whoever holds a signed link that has not run out."""
    try:
        name, disposition = read_link(token)
        path = Path(tracks().path(name))
        known = SOUND_TYPES.get(path.suffix.removeprefix("."))
        content_type = known or mimetypes.guess_type(name)[0] or "application/octet-stream"
        response = ranged_response(request, path, content_type=content_type)
    except (BadSignature, FileNotFoundError):
        raise Http404 from None
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
