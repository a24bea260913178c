"""The log has one line a record, for people or for machines."""

import json
import logging
import sys

import pytest
from prometheus_client import CollectorRegistry

from bot.observability.logs import JsonFormatter, RateLimitFilter, TextFormatter, configure_log
from bot.observability.metrics import Metrics


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("bot.slack", logging.ERROR, __file__, 1, message, ("é\n",), None)
    made.__dict__.update(extra)
    return made


def test_a_record_is_one_object_on_one_line() -> None:
    line = JsonFormatter().format(record("it broke: %s"))

    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "bot.slack", "it broke: é\n")
    assert entry["at"].endswith("+00:00")
    assert "reference" not in entry


HOSTILE = "a\nb\r\x1b[2Jc\x7f\x9b\u2028\u202ed"
ESCAPED = r"a\nb\u000d\u001b[2Jc\u007f\u009b\u2028\u202ed"


def test_control_characters_from_outside_are_escaped_on_the_line() -> None:
    made = record("%s")
    made.args = (HOSTILE,)

    assert TextFormatter("%(levelname)s %(message)s").format(made) == f"ERROR {ESCAPED}"


def test_control_characters_from_outside_are_escaped_in_json_and_come_back() -> None:
    made = record("%s")
    made.args = (HOSTILE,)

    line = JsonFormatter().format(made)

    assert line.isprintable()
    assert json.loads(line)["message"] == HOSTILE


def test_a_traceback_cannot_forge_a_line() -> None:
    made = record("broke %s")
    try:
        raise RuntimeError("\x1b[2J\nERROR forged")
    except RuntimeError:
        made.exc_info = sys.exc_info()

    lines = TextFormatter("%(levelname)s %(message)s").format(made).splitlines()

    assert [line for line in lines if line.startswith("ERROR")] == lines[:1]
    assert "\x1b" not in "".join(lines)


def test_the_reference_of_an_error_is_a_field_of_its_own() -> None:
    assert json.loads(JsonFormatter().format(record("broke %s", reference="3f9a1c00")))["reference"] == "3f9a1c00"


def test_a_traceback_stays_on_the_line() -> None:
    made = record("broke %s")
    try:
        raise RuntimeError("deep inside")
    except RuntimeError:
        made.exc_info = sys.exc_info()

    line = JsonFormatter().format(made)

    assert "\n" not in line
    assert "deep inside" in json.loads(line)["traceback"]


def test_the_reference_of_an_error_is_the_exemplar_of_its_metric() -> None:
    metrics = Metrics(CollectorRegistry())

    metrics.count_unexpected_error("3f9a1c00")

    body, content_type = metrics.expose("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert b'batchdesk_unexpected_errors_total 1.0 # {reference="3f9a1c00"}' in body


def test_an_unusual_status_adds_no_label() -> None:
    metrics = Metrics(CollectorRegistry())

    for status in (200, 429, 599, 511, None):
        metrics.count_api_call("GET", status, 0.1)

    text = metrics.expose("")[0].decode()
    assert {f'status="{status}"' in text for status in ("200", "429", "5xx", "none")} == {True}
    assert 'status="599"' not in text


def test_the_log_is_json_only_if_it_is_set_so(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    before = root.level, [handler.formatter for handler in root.handlers]
    try:
        configure_log("text", "ERROR")
        as_text = [handler.formatter for handler in root.handlers]
        configure_log("json", "INFO")
        as_json = [handler.formatter for handler in root.handlers]
    finally:
        root.setLevel(before[0])
        for handler, formatter in zip(root.handlers, before[1], strict=True):
            handler.setFormatter(formatter)

    assert {type(formatter) for formatter in as_text} == {TextFormatter}
    assert {type(formatter) for formatter in as_json} == {JsonFormatter}


def test_a_repeated_message_is_logged_once_a_minute() -> None:
    now = 0.0
    rate_limit = RateLimitFilter(60, lambda: now)

    logged = []
    for now in (0.0, 0.3, 59.9, 60.1, 61.0):
        for queue in ("slack", "cards"):
            repeated = record(f"no {queue}: %s")
            repeated.msg += "[SQL: UPDATE]"
            if rate_limit.filter(repeated):
                logged.append((now, repeated.getMessage()))

    assert logged == [(at, f"no {queue}: é") for at in (0.0, 60.1) for queue in ("slack", "cards")]
