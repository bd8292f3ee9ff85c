"""Requests are written as browsers write them, or are refused before anything reads them."""

import codecs
import re

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import parse_header_parameters
from django.shortcuts import render
from django.urls import reverse

SESSION_KEY = re.compile(r"[a-z0-9]+")


class Request(WSGIRequest):
    """A request that can always be made: Django would read the query by the client's charset at
    once, before any middleware can refuse it.
    """

    def _set_content_type_params(self, meta):
        try:
            found = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            found = "", {"charset": "unknown"}
        self.content_type, self.content_params = found


def legible(get_response):
    """Middleware: refuse what is not UTF-8, or asks the admin for a NUL; ignore an odd session."""

    def answer(request):
        if not _is_utf8(request) or _asks_for_nul(request):
            return render(request, "400.html", status=400)
        _forget_odd_session(request)
        return get_response(request)

    return answer


def _is_utf8(request) -> bool:
    """Whether the form is in UTF-8.

    Django reads it by any codec that the client names: one takes minutes for a large form, some
    give bytes, and some give characters that cannot be written again.
    """
    try:
        return codecs.lookup(request.content_params.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _asks_for_nul(request) -> bool:
    """Whether the admin would look for a NUL, which PostgreSQL keeps in no text and refuses.

    It hands on whatever it is asked for; all other pages look at it themselves.
    """
    nul = "%00" in request.META.get("QUERY_STRING", "")
    return nul and request.path_info.startswith(reverse("admin:index"))


def _forget_odd_session(request) -> None:
    """Leave out a session cookie that is none of ours, before the database is asked for it."""
    name = settings.SESSION_COOKIE_NAME
    if not SESSION_KEY.fullmatch(request.COOKIES.get(name, "")):
        request.COOKIES.pop(name, None)
