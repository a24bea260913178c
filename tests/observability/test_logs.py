"""The log: one line a record, for people or for machines."""

import json
import logging
import sys

import pytest
from prometheus_client import CollectorRegistry

from bot.observability.logs import JsonLines, Lines, RateLimitFilter, write_log
from bot.observability.metrics import Metrics


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("bot.slack", logging.ERROR, __file__, 1, message, ("é\n",), None)
    made.__dict__.update(extra)
    return made


def test_a_record_is_one_object_on_one_line() -> None:
    line = JsonLines().format(record("it broke: %s"))

    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "bot.slack", "it broke: é\n")
    assert said["at"].endswith("+00:00")
    assert "reference" not in said


def test_the_reference_of_an_error_is_a_field_of_its_own() -> None:
    assert json.loads(JsonLines().format(record("broke %s", reference="3f9a1c00")))["reference"] == "3f9a1c00"


def test_a_traceback_stays_on_the_line() -> None:
    made = record("broke %s")
    try:
        raise RuntimeError("deep inside")
    except RuntimeError:
        made.exc_info = sys.exc_info()

    line = JsonLines().format(made)

    assert "\n" not in line
    assert "deep inside" in json.loads(line)["traceback"]


def test_the_reference_is_the_exemplar_of_the_figure() -> None:
    figures = Metrics(CollectorRegistry())

    figures.unexpected_error("3f9a1c00")

    said, content_type = figures.exposition("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert b'batchdesk_unexpected_errors_total 1.0 # {reference="3f9a1c00"}' in said


def test_a_strange_status_is_no_new_label() -> None:
    figures = Metrics(CollectorRegistry())

    for status in (200, 429, 599, 511, None):
        figures.api_call("GET", status, 0.1)

    said = figures.exposition("")[0].decode()
    assert {f'status="{status}"' in said for status in ("200", "429", "5xx", "none")} == {True}
    assert 'status="599"' not in said


def test_json_is_only_written_where_it_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = root.level, [handler.formatter for handler in root.handlers]
    try:
        write_log("text", "ERROR")
        as_text = [handler.formatter for handler in root.handlers]
        write_log("json", "INFO")
        as_json = [handler.formatter for handler in root.handlers]
    finally:
        root.setLevel(before[0])
        for handler, formatter in zip(root.handlers, before[1], strict=True):
            handler.setFormatter(formatter)

    assert {type(formatter) for formatter in as_text} == {Lines}
    assert {type(formatter) for formatter in as_json} == {JsonLines}


def test_what_is_said_again_and_again_is_logged_once_a_minute() -> None:
    now = 0.0
    seldom = RateLimitFilter(60, lambda: now)

    logged = []
    for now in (0.0, 0.3, 59.9, 60.1, 61.0):
        for queue in ("slack", "cards"):
            said = record(f"no {queue}: %s")
            said.msg += "[SQL: UPDATE]"
            if seldom.filter(said):
                logged.append((now, said.getMessage()))

    assert logged == [(at, f"no {queue}: é") for at in (0.0, 60.1) for queue in ("slack", "cards")]
