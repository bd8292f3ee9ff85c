"""What logs do not tell."""

import logging
import re

SHARE_LINK = re.compile(r"(/listen/)[^/\s]+")


class WithoutShareLinks(logging.Formatter):
    """Lines without the secret of a share link: whoever knows it may listen."""

    def format(self, record: logging.LogRecord) -> str:
        return SHARE_LINK.sub(r"\1…", super().format(record))
