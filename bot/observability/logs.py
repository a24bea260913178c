"""The format of the log: lines for people, or one JSON object a line for machines."""

import json
import logging
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# slack_sdk logs the address of a refused Socket Mode connection. Its ticket lets anyone connect.
_TICKET = re.compile(r"(?<=[?&]ticket=)[\w.~%-]+")


# What a terminal or a viewer of logs acts on: control characters, line separators, and changes of direction.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_CONTROL_IN_TRACEBACK = re.compile(_CONTROL.pattern.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f"))


class TextFormatter(logging.Formatter):
    """Formats a record as a line for people, with its traceback, without tickets and control characters."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record; a line break in it is escaped, so that no text from outside makes two."""
        return _escape(_CONTROL, super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record without tickets; further lines are its traceback's, and indented."""
        return _TICKET.sub("…", _escape(_CONTROL_IN_TRACEBACK, super().format(record)).replace("\n", "\n    "))


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object: time, level, logger, message without tickets, and an error's reference."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record on one line."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := getattr(record, "reference", None):
            entry["reference"] = reference
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return _TICKET.sub("…", _escape(_CONTROL, json.dumps(entry, ensure_ascii=False)))


def _escape(pattern: re.Pattern[str], text: str) -> str:
    """Return `text` with each character that fits as JSON escapes it."""
    return pattern.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] != "\n" else "\\n", text)


class RateLimitFilter(logging.Filter):
    """Keeps the first line of a message, and lets the same message pass once a minute.

    DBOS logs several times a second, with the SQL statement, that it cannot read its queues. A full disk would stay
    full.
    """

    def __init__(self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._logged_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a record to its first line, and return whether it may be logged."""
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        now = self._clock()
        if now - self._logged_at.get(record.msg, -math.inf) < self._seconds:
            return False
        self._logged_at = {message: at for message, at in self._logged_at.items() if now - at < self._seconds} | {
            record.msg: now
        }
        return True


def configure_log(log_format: Literal["text", "json"], level: str) -> None:
    """Set the level and the format of the process's log, whose handlers exist already.

    The libraries never log DEBUG, because that shows whole payloads and response_urls.
    """
    root = logging.getLogger()
    root.setLevel("INFO" if level == "DEBUG" else level)
    logging.getLogger("bot").setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # bot.api logs each call with its request id
    dbos_logger = logging.getLogger("dbos")
    if not any(isinstance(each, RateLimitFilter) for each in dbos_logger.filters):
        dbos_logger.addFilter(RateLimitFilter())
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter(TEXT_FORMAT))
