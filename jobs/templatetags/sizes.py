"""Sizes of files in a person's words."""

from django import template
from django.utils.formats import number_format
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def file_size(size: int) -> str:
    """Bytes as in “12 MB” or “1.4 GB”, a thousand to the next unit.

    ``size`` in ``static/js/offline/words.js`` says the same of what is kept on a device.
    """
    if size < 1e6:
        words, amount = _("%(n)s kB"), round(size / 1e3)
    elif size < 1e9:
        words, amount = _("%(n)s MB"), size / 1e6
    else:
        words, amount = _("%(n)s GB"), size / 1e9
    # One figure more where there is only one; never “5.0”.
    tenths = round(amount, 1) if amount < 10 else round(amount)
    n = number_format(tenths if tenths % 1 else int(tenths))
    return avoid_wrapping(words % {"n": n})
