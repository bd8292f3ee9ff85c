"""A person's tracks, all of them."""

from contextlib import suppress
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.durations import YEAR_S
from jobs import library
from jobs.allowance import room_of
from jobs.models import Job

JOBS_A_PAGE = 24
# Fewer can be looked through.
WORTH_NARROWING = 8


@login_required
@require_safe
def job_list(request):
    """A person's tracks, as the query asks for them; newest first when it asks for nothing."""
    asked, view = library.Selection.of(request.GET), library.view_of(request)
    jobs = asked.of_jobs(Job.objects.of(request.user))
    page = Paginator(jobs, JOBS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "view": view,
        "choices": library.CHOICES,
        "making": [job for job in page if job.is_active],
    }
    # On the way back in its history htmx asks for the whole page.
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "jobs/_tracks.html", context)
        response.headers["HX-Push-Url"] = request.path + asked.query(page=page.number)
    else:
        context |= {"room": room_of(request.user), "narrowing": _narrowing(request, asked, page)}
        response = render(request, "jobs/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    response.set_cookie(
        library.VIEW_COOKIE, view, max_age=YEAR_S, secure=request.is_secure(), samesite="Lax"
    )
    return response


@login_required
@require_safe
def jobs_making(request):
    """How far those tracks are that the library showed in the making, ``?job=`` for each."""
    asked = set(request.GET.getlist("job")[:JOBS_A_PAGE])
    ids = {id_ for text in asked if (id_ := _uuid_of(text))}
    jobs = library.on_cards(Job.objects.of(request.user).filter(pk__in=ids))
    context = {
        "making": [job for job in jobs if job.is_active],
        "ended": [job for job in jobs if not job.is_active],
        "gone": ids - {job.pk for job in jobs},
    }
    return render(request, "jobs/_moved_on.html", context)


def _uuid_of(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None


def _narrowing(request, asked, page) -> bool:
    """Whether to offer band, state and order: with many tracks, or when one of them is chosen."""
    if asked.band or asked.state or asked.sort or page.paginator.count >= WORTH_NARROWING:
        return True
    return asked.narrows and Job.objects.of(request.user).count() >= WORTH_NARROWING
