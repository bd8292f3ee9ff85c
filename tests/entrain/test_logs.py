"""What is logged lets nobody in."""

import io
import logging

import pytest
from django.test import Client


@pytest.fixture
def log():
    """Gives what this process has written to its log since."""
    [handler] = [one for one in logging.root.handlers if one.get_name() == "stderr"]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written.getvalue
    handler.setStream(before)


@pytest.mark.parametrize("path", ["/listen/s3cret/", "/listen/s3cret/play/", "/listen/s3cret"])
def test_no_log_tells_the_link_of_a_shared_track(client, log, path):
    client.get(path, follow=True)
    assert "Not Found: /listen/" in log()
    assert "s3cret" not in log()


def test_nor_does_one_of_a_forged_form(db, log):
    link = f"/listen/{'s3cret':_<43}/play/"
    Client(enforce_csrf_checks=True).post(link)
    assert "Forbidden" in log()
    assert "s3cret" not in log()


def test_other_addresses_are_logged_whole(client, log):
    client.get("/nowhere/s3cret/100%25/")
    assert "Not Found: /nowhere/s3cret/100%/" in log()
