"""How long work tells of its progress and hears that it is no longer wanted."""

import time
from collections.abc import Callable

from audio.errors import Cancelled

# How often the caller hears of progress and is asked whether to go on.
REPORT_EVERY_S = 0.05


class Watch:
    """Passes on progress and asks about cancelling, at a steady pace however small the steps.

    Parameters
    ----------
    progress : called with the fraction done, 0 to 1.
    cancelled : once it answers true, :meth:`look` raises :class:`~audio.errors.Cancelled`.
    """

    def __init__(
        self,
        progress: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.tell = progress or (lambda fraction: None)
        self._cancelled = cancelled or (lambda: False)
        self._next = 0.0

    def look(self, fraction: float) -> None:
        """Report and ask, unless that was done less than ``REPORT_EVERY_S`` ago."""
        if time.monotonic() < self._next:
            return
        if self._cancelled():
            raise Cancelled("the render was cancelled")
        self.tell(fraction)
        self._next = time.monotonic() + REPORT_EVERY_S
