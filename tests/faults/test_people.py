"""Many people and their workers: whose turn it is, and what somebody may stop."""

from tests.faults.plant import all_is_well, temporary_files
from tests.faults.recovery import cancel_seconds

# What is being worked on or queued when somebody else comes, and what their two steps wait for.
AHEAD = 6


def test_a_hundred_jobs_of_one_person_do_not_hold_up_the_first_of_another(plant):
    plant.end("speech")
    many = plant.person(100)
    plant.ask(f"submit_many({many}, 100)")
    theirs = plant.submit()
    plant.start_missing()
    most = 0

    def ended():
        nonlocal most
        under_way = plant.rows(
            "SELECT count(*) FROM jobs_job WHERE user_id = %s AND sent_at IS NOT NULL "
            "AND state IN ('pending', 'processing')", many,
        )  # fmt: skip
        most = max(most, under_way[0].count)
        return plant.job(theirs).state == "completed"

    plant.wait_until(ended, "the other's track")
    before = plant.rows("SELECT finished_at FROM jobs_job WHERE id = %s", theirs)[0].finished_at
    first = plant.rows(
        "SELECT count(*) FROM jobs_job WHERE user_id = %s AND finished_at < %s", many, before
    )
    assert first[0].count <= AHEAD
    assert most == 2
    plant.ask(f"[lifecycle.cancel(job) for job in Job.objects.active().filter(user={many})]")
    theirs = plant.rows("SELECT id::text FROM jobs_job WHERE user_id = %s", many)
    plant.jobs += [row.id for row in theirs]
    assert plant.wait_for_end() == {"completed", "cancelled"}
    all_is_well(plant)


def test_cancelling_stops_a_render(plant):
    seconds = cancel_seconds(plant)
    # The command measures; here it is told apart from a render that goes on.
    assert seconds < 10
    assert not temporary_files(plant)
    all_is_well(plant)
