"""The pages of a person's tracks. Every view of one starts at :func:`job_of`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.errors import NotEnoughCredits
from jobs import library, lifecycle
from jobs.allowance import StorageFull, room_of
from jobs.allowance import in_words as storage_full
from jobs.bands import BANDS
from jobs.gate import job_of
from jobs.models import Job
from jobs.pricing import not_enough
from jobs.sounds import front_sounds
from jobs.storage import tracks

JOBS_A_PAGE = 24
YEAR_S = 365 * 24 * 3600


@require_GET
def home(request):
    """What Entrain is, for those who are not signed in; the studio for those who are."""
    if request.user.is_authenticated:
        return redirect("studio")
    return render(request, "home.html", {"bands": BANDS, "sounds": front_sounds()})


@gzip_page
@login_required
@require_GET
def job_list(request):
    """A person's tracks, as the query asks for them; newest first when it asks for nothing."""
    asked, view = library.Selection.of(request.GET), library.view_of(request)
    jobs = asked.of_jobs(Job.objects.of(request.user))
    page = Paginator(jobs, JOBS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "asked": asked, "view": view, "choices": library.CHOICES}
    # On the way back in its history htmx asks for the whole page.
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "jobs/_tracks.html", context)
        response.headers["HX-Push-Url"] = request.path + asked.query(page=page.number)
    else:
        response = render(request, "jobs/list.html", context | {"room": room_of(request.user)})
    patch_vary_headers(response, ["HX-Request"])
    response.set_cookie(library.VIEW_COOKIE, view, max_age=YEAR_S, samesite="Lax")
    return response


@login_required
@require_POST
def job_cancel(request, job_id):
    """Stop the making of a track and give the credits back."""
    job = job_of(request, job_id)
    if lifecycle.cancel(job):
        done = ngettext(
            "Cancelled; your credit is back.", "Cancelled; your %(n)d credits are back.", job.price
        )
        messages.success(request, done % {"n": job.price})
    return redirect("job", job_id)


@login_required
@require_POST
def job_retry(request, job_id):
    """Try a track again that failed or was cancelled."""
    try:
        lifecycle.retry(job_of(request, job_id))
    except NotEnoughCredits as error:
        messages.error(request, not_enough(error))
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
    messages.success(request, _("“%(title)s” is deleted.") % {"title": job.title})
    return redirect("jobs")


@login_required
@require_POST
def job_again(request, job_id):
    """Make a track again, at no charge, whose file was lost."""
    job = job_of(request, job_id)
    if job.state == Job.State.COMPLETED and not tracks().exists(job.track):
        lifecycle.make_again(job)
    return redirect("job", job_id)
