"""Many tracks at once, without rendering them."""

import uuid

from django.utils import timezone

from jobs.models import Job, TrackFile

SPEC = {"title": "x", "duration_s": 60, "beats": [{"kind": "binaural", "beat_hz": 6}]}


def shelve(user, *titles: str, **fields) -> list[Job]:
    """Finished tracks of ``user``, the first the oldest, each with an Opus file beside it."""
    jobs = [
        Job(
            user=user,
            submission=uuid.uuid4().hex,
            title=title,
            spec=SPEC,
            price=1,
            **{
                "duration_s": 60,
                "band": "theta",
                "state": Job.State.COMPLETED,
                "delivered": True,
                "track": "tracks/x.flac",
                "track_bytes": 1_000_000,
                "created_at": timezone.now(),
                **fields,
            },
        )
        for title in titles
    ]
    Job.objects.bulk_create(jobs)
    TrackFile.objects.bulk_create(
        TrackFile(job=job, kind=TrackFile.Kind.OPUS, key=f"{job.pk}.opus", bytes=100_000)
        for job in jobs
        if job.state == Job.State.COMPLETED
    )
    return jobs
