"""How the log is written: lines for people, or one JSON object a line for machines."""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: when, how grave, whose, what, and where there is one the reference."""

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
        return json.dumps(said, ensure_ascii=False)


def write_log(form: Literal["text", "json"], level: str) -> None:
    """Let the whole process, which logs already, log from this level on, and in this form.

    The libraries' DEBUG shows whole payloads and response_urls, so it is left out of the log.
    """
    root = logging.getLogger()
    root.setLevel("INFO" if level == "DEBUG" else level)
    logging.getLogger("bot").setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # bot.batches logs each call, with its request id
    if form == "json":
        for handler in root.handlers:
            handler.setFormatter(JsonLines())
