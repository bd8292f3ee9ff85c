"""What a person does with a finished track on their shelf: favourite, archive, restore."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs import lifecycle
from jobs.allowance import StorageFull, in_words
from jobs.gate import job_of
from jobs.models import Job


@login_required
@require_POST
def job_favourite(request, job_id):
    """Make a track a favourite, or not one any more."""
    job = job_of(request, job_id)
    other = Case(When(favourite=True, then=Value(False)), default=Value(True))
    Job.objects.filter(pk=job.pk).update(favourite=other)
    if not request.htmx:
        return redirect("job", job_id)
    job.refresh_from_db(fields=["favourite"])
    return render(request, "jobs/_favourite.html", {"job": job})


@login_required
@require_POST
def job_archive(request, job_id):
    """Remove a track's files and keep its recipe."""
    if lifecycle.archive(job_of(request, job_id)):
        messages.success(
            request, _("Archived. The recipe is kept, and the track is made again for free.")
        )
    return redirect("job", job_id)


@login_required
@require_POST
def job_restore(request, job_id):
    """Have an archived track made again, at no charge."""
    try:
        lifecycle.restore(job_of(request, job_id))
    except StorageFull as error:
        messages.error(request, in_words(error))
    return redirect("job", job_id)
