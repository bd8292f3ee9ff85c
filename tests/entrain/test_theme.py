"""A person's choice of light or dark holds from the first byte of the next page."""

import pytest


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_in_the_next_page_itself(client, theme):
    here = "http://testserver/accounts/credits/?page=2"
    response = client.post("/theme/", {"theme": theme}, headers={"Referer": here})
    assert response.headers["Location"] == here
    page = client.get("/accounts/credits/").text
    assert f'data-theme="{theme}"' in page
    assert page.count('name="theme-color"') == 1


def test_without_a_choice_the_system_decides(client):
    client.cookies["theme"] = "dark"
    client.post("/theme/", {"theme": ""})
    page = client.get("/accounts/credits/").text
    assert "data-theme=" not in page
    assert page.count('name="theme-color"') == 2


def test_what_is_no_theme_is_none(client):
    client.post("/theme/", {"theme": '"><script>'})
    assert "data-theme=" not in client.get("/accounts/credits/").text
    client.cookies["theme"] = '"><script>'
    assert "data-theme=" not in client.get("/accounts/credits/").text


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", ""])
def test_the_choice_never_leads_to_another_site(client, away):
    response = client.post("/theme/", {"theme": "dark"}, headers={"Referer": away})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("place", ["abc", "job", "home"])
def test_where_to_go_back_to_is_an_address_and_no_name_of_one(client, place):
    response = client.post("/theme/", {"theme": "dark", "next": place})
    assert (response.status_code, response.headers["Location"]) == (302, place)
