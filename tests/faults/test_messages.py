"""Messages are hints: they may be lost, doubled, late, or not sent at all."""

from tests.faults.plant import all_is_well


def test_nothing_happens(plant):
    plant.submit()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_the_same_message_ten_times_at_once(plant):
    plant.start("worker", label="second")
    pk = plant.submit(seconds=300)
    plant.ask(f"[tasks.render_job.delay('{pk}') and None for _ in range(10)]")
    plant.ask(f"[tasks.speak_job.delay('{pk}') and None for _ in range(10)]")
    plant.wait_until(lambda: plant.job(pk).step == "render", "the words to be spoken")
    plant.ask(f"[tasks.render_job.delay('{pk}') and None for _ in range(10)]")
    assert plant.wait_for_end() == {"completed"}
    assert plant.job(pk).attempt == 2
    all_is_well(plant)


def test_every_message_is_lost_with_twenty_jobs_queued(plant):
    for label in ("speech", "worker"):
        plant.end(label)
    for _ in range(20):
        plant.submit()
    with plant.broker_client() as client:
        assert client.llen("speech") == 20
        client.flushall()
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)


def test_every_message_is_lost_of_jobs_that_have_waited_for_long(plant):
    """Such are sent again ever more rarely, as if there were others before them."""
    plant.end("speech")
    for _ in range(3):
        pk = plant.submit()
        plant.rows(
            "UPDATE jobs_job SET sends = 6, resend_at = resend_at + interval '1 hour' "
            "WHERE id = %s RETURNING id", pk,
        )  # fmt: skip
    with plant.broker_client() as client:
        client.flushall()
    plant.start_missing()
    assert plant.wait_for_end() == {"completed"}
    all_is_well(plant)
