"""How the log is written: lines for people, or one JSON object a line for machines."""

import json
import logging
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# slack_sdk logs the address of a Socket Mode connection that is refused; whoever has its ticket may connect instead.
_TICKET = re.compile(r"(?<=[?&]ticket=)[\w.~%-]+")


class Lines(logging.Formatter):
    """Writes a record as lines for people, tracebacks included, without tickets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as it may be seen."""
        return _TICKET.sub("…", super().format(record))


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: when, how grave, whose, what (no ticket), and a reference if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record on one line."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if reference := getattr(record, "reference", None):
            said["reference"] = reference
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return _TICKET.sub("…", json.dumps(said, ensure_ascii=False))


class RateLimitFilter(logging.Filter):
    """Lets the first line of what is said again and again through once a minute.

    The durable engine says several times a second that it cannot read its queues, with the statement: a disk that is
    full would be kept full by it.
    """

    def __init__(self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a record, and say whether it is news."""
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        now = self._clock()
        if now - self._said.get(record.msg, -math.inf) < self._seconds:
            return False
        self._said = {said: at for said, at in self._said.items() if now - at < self._seconds} | {record.msg: now}
        return True


def write_log(form: Literal["text", "json"], level: str) -> None:
    """Let the whole process, which logs already, log from this level on, and in this form.

    The libraries' DEBUG shows whole payloads and response_urls, so it is left out of the log.
    """
    root = logging.getLogger()
    root.setLevel("INFO" if level == "DEBUG" else level)
    logging.getLogger("bot").setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # bot.api logs each call, with its request id
    engine = logging.getLogger("dbos")
    if not any(isinstance(each, RateLimitFilter) for each in engine.filters):
        engine.addFilter(RateLimitFilter())
    for handler in root.handlers:
        handler.setFormatter(JsonLines() if form == "json" else Lines(TEXT))
