"""A choice in the foot of a page leads back to it, or to a page that opens by itself."""

import re

import pytest

NOBODYS = "5f0c7a52-35a4-4ef8-8a0a-0d3f8a6f6e11"


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("/studio/", "/studio/"),
        ("/jobs/{job}/rename/", "/jobs/{job}/"),
        (f"/jobs/{NOBODYS}/archive/", "/"),
    ],
)
@pytest.mark.parametrize(
    ("action", "chosen"), [("/theme/", "theme=dark"), ("/language/", "language=de")]
)
def test_a_choice_under_an_answer_to_a_form_leads_to_a_page(
    client, completed, path, after, action, chosen
):
    path, after = path.format(job=completed.pk), after.format(job=completed.pk)
    answer = client.post(path, {"title": ""})
    back = re.search(rf'action="{action}".*?name="next" value="([^"]*)"', answer.text, re.DOTALL)[1]
    name, _is, value = chosen.partition("=")
    sent = {name: value, "next": back}
    response = client.post(action, sent, headers={"Referer": f"http://testserver{path}"})
    assert response.headers["Location"] == after
    assert client.get(after, follow=True).status_code == 200
