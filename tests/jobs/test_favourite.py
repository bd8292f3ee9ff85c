"""A track is made a favourite, and not one any more, by the same button."""

from jobs.models import Job


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
