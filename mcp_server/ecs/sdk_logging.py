"""Keeps the SDK's own logging away from standard error and from the operator's log.

Its loggers print headers, tokens and, through the URL, the whole script: at DEBUG, with the
variable DEBUG=sdk, and with every failure of a credentials provider.
"""

import logging
from typing import Final

_LOGGERS: Final = (
    "alibabacloud-tea",
    "credentials",
    "darabonba-core",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
)


class _Nothing(logging.Filter):
    """A filter, not a level: a later logging configuration may set levels again."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return False


def silence_sdk() -> None:
    """Silence every logger that could show a header, a URL or a value. May be called again.

    Call it after the SDK's import, which sets levels and adds handlers.
    """
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.CRITICAL)
        if not any(isinstance(existing, _Nothing) for existing in logger.filters):
            logger.addFilter(_Nothing())
