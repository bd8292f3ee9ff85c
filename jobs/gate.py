"""Where every view of one track begins."""

from django.shortcuts import get_object_or_404

from jobs.models import Job


def job_of(request, job_id) -> Job:
    """This person's job; anybody else's does not exist."""
    return get_object_or_404(Job.objects.of(request.user), pk=job_id)
