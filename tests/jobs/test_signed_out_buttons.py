"""Whoever presses a button after their session ended signs in, and is on the button's page then."""

import pytest

BUTTONS = [
    "rename",
    "cancel",
    "retry",
    "again",
    "favourite",
    "archive",
    "restore",
    "share",
    "unshare",
]


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_of_a_track_leads_back_to_the_track(client, stored, user, button):
    client.logout()
    response = client.post(f"/jobs/{stored.pk}/{button}/", {"title": "Other"}, follow=True)
    assert response.status_code == 200
    assert response.context["next"] == f"/jobs/{stored.pk}/"
    client.force_login(user)
    there = client.get("/accounts/login/", {"next": response.context["next"]}, follow=True)
    assert there.status_code == 200
    assert there.context["job"] == stored
    before = (stored.title, stored.state, stored.favourite, stored.share_token)
    stored.refresh_from_db()
    assert (stored.title, stored.state, stored.favourite, stored.share_token) == before


def test_the_button_of_the_account_leads_back_to_the_account(client, user):
    client.logout()
    response = client.post("/accounts/sign-out-everywhere/")
    assert response.url == "/accounts/login/?next=/accounts/"
