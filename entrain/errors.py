"""Answers to what went wrong, each with a page of its own."""

import sys
from contextlib import suppress

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from entrain.appearance import theme

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# A browser shows an answer only once it has sent all it wanted to; more than this it need not.
DRAIN_BYTES = 64 * 1024 * 1024
RETRY_AFTER_S = 10


def bad_request(request, exception):
    """400, or 413 for a form that holds more than a form can."""
    if isinstance(exception, TOO_LARGE):
        _drain(request)
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def server_error(request):
    """500, or 503 while the database is away. Asks nothing of what may be broken."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return come_again(request)
    return HttpResponse(render_to_string("500.html", theme(request)), status=500)


def come_again(request):
    """503 for what cannot be done while a part is away. Asks nothing of what may be broken."""
    response = HttpResponse(render_to_string("503.html", theme(request)), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def not_allowed_page(get_response):
    """Middleware: a page for whoever opens an address that only answers to a button."""

    def answer(request):
        response = get_response(request)
        if response.status_code != 405:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return answer


def _drain(request) -> None:
    left = DRAIN_BYTES
    # Who hangs up meanwhile sees no answer anyway.
    with suppress(OSError):
        while left > 0 and (block := request.read(min(left, 1 << 16))):
            left -= len(block)
