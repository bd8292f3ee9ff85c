"""A track is made a favourite, and not one any more, by the same button."""

from jobs import lifecycle
from jobs.gate import job_of
from jobs.models import Job
from jobs.views import shelf


def test_toggled_from_the_page(client, completed):
    for favourite in (True, False):
        response = client.post(f"/jobs/{completed.pk}/favourite/")
        assert response.url == f"/jobs/{completed.pk}/"
        assert Job.objects.get().favourite is favourite


def test_toggled_in_place(client, completed):
    headers = {"HX-Request": "true"}
    response = client.post(f"/jobs/{completed.pk}/favourite/", headers=headers)
    page = response.content.decode()
    assert 'aria-pressed="true"' in page
    assert "<html" not in page


def test_of_a_track_that_is_deleted_meanwhile_there_is_no_button(client, completed, monkeypatch):
    def then_deleted(request, job_id):
        job = job_of(request, job_id)
        lifecycle.remove(job)
        return job

    monkeypatch.setattr(shelf, "job_of", then_deleted)
    address, headers = f"/jobs/{completed.pk}/favourite/", {"HX-Request": "true"}
    assert client.post(address, headers=headers).status_code == 404
