"""What a person does with one track of theirs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.errors import NotEnoughCredits
from accounts.gate import posted_from
from jobs import lifecycle, restraint
from jobs.gate import job_of
from jobs.models import Job
from jobs.pricing import not_enough
from jobs.refused import Refused
from jobs.storage import is_lost


@posted_from("job")
def job_cancel(request, job_id):
    """Stop the making of a track and give the credits back."""
    job = job_of(request, job_id)
    if not lifecycle.cancel(job):
        return redirect("job", job_id)
    if job.delivered:
        # It was only made again, for nothing, and is where it can be made again once more.
        messages.success(request, _archived())
    else:
        done = ngettext(
            "Cancelled; your credit is back.", "Cancelled; your %(n)d credits are back.", job.price
        )
        messages.success(request, done % {"n": job.price})
    return redirect("job", job_id)


@posted_from("job")
def job_retry(request, job_id):
    """Try a track again that failed or was cancelled."""
    return _put_in_the_queue(request, job_id, lifecycle.retry)


@posted_from("job")
def job_again(request, job_id):
    """Make a track again, at no charge, whose file was lost."""
    job = job_of(request, job_id)
    if job.state == Job.State.COMPLETED and is_lost(job.track):
        lifecycle.make_again(job)
    return redirect("job", job_id)


@posted_from("job")
def job_favourite(request, job_id):
    """Make a track a favourite, or not one any more."""
    job = job_of(request, job_id)
    other = Case(When(favourite=True, then=Value(False)), default=Value(True))
    Job.objects.filter(pk=job.pk).update(favourite=other)
    if not request.htmx:
        return redirect("job", job_id)
    return render(request, "jobs/_favourite.html", {"job": job_of(request, job_id)})


@posted_from("job")
def job_archive(request, job_id):
    """Remove a track's files and keep its recipe."""
    if lifecycle.archive(job_of(request, job_id)):
        messages.success(request, _archived())
    return redirect("job", job_id)


def _archived() -> str:
    return _("Archived. The recipe is kept, and the track is made again for free.")


@posted_from("job")
def job_restore(request, job_id):
    """Have an archived track made again, at no charge."""
    return _put_in_the_queue(request, job_id, lifecycle.restore)


def _put_in_the_queue(request, job_id, act):
    """Do ``act`` to a track, or say what it lacks: credits, or room."""
    try:
        act(job_of(request, job_id))
    except NotEnoughCredits as error:
        messages.error(request, not_enough(error))
    except Refused as error:
        messages.error(request, error.in_words())
    return redirect("job", job_id)


@login_required
@require_http_methods(["GET", "POST"])
def job_delete(request, job_id):
    """Ask, then delete a track for good."""
    job = job_of(request, job_id)
    if request.method == "GET":
        context = {"job": job, "warning": restraint.warning_for(job)}
        return render(request, "jobs/delete.html", context)
    lifecycle.remove(job)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": job.title})
    return redirect("jobs")
