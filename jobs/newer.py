"""Recipes that a newer site stored, met by the one that is about to be replaced."""

import logging
from functools import wraps

from django.shortcuts import render

from audio import SpecError

logger = logging.getLogger(__name__)

# By then the newer site answers everybody.
RETRY_AFTER_S = 60


def or_come_again(view):
    """Have ``view`` answer 503, and not fail, where it needs a recipe that is unknown here."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except SpecError:
            logger.exception("%s has a recipe unknown here", request.path)
            response = render(request, "503.html", status=503)
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
            return response

    return answer
