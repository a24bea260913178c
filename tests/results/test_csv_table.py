"""Results as files: a table that is safe to open, and the failures unchanged."""

import csv
import io

import msgspec
import pytest

from bot.pricing.prices import Prices
from bot.results.causes import Cause
from bot.results.csv_table import COLUMNS, CsvConverter, format_causes
from bot.results.failures_filter import FailuresFilter
from bot.results.summarize import ResultsSummarizer

EXPIRED = b'{"custom_id":"e","result":{"type":"expired"}}'


def succeeded(text: str, *, custom_id: str = "a", model: str = "claude-haiku-4-5", after: str = "") -> bytes:
    usage = {"input_tokens": 1_000_000, "output_tokens": 2, "cache_read_input_tokens": None}
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": text}, {"type": "text", "text": after}]
    message = {"model": model, "stop_reason": "end_turn", "content": content, "usage": usage}
    return msgspec.json.encode({"custom_id": custom_id, "result": {"type": "succeeded", "message": message}}) + b"\n"


def errored(message: str) -> bytes:
    error = {"type": "error", "error": {"type": "api_error", "message": message}}
    return msgspec.json.encode({"custom_id": "x", "result": {"type": "errored", "error": error}}) + b"\n"


def table_of(*lines: bytes) -> list[dict[str, str]]:
    converter = CsvConverter(Prices.load())
    table = b"".join([*(converter.feed(line) for line in lines), converter.finish()]).decode()
    return list(csv.DictReader(io.StringIO(table, newline="")))


def test_a_row_has_the_values_of_its_line() -> None:
    [row] = table_of(succeeded("Hello, “world”", after="more"))

    assert row == {
        "custom_id": "a",
        "outcome": "succeeded",
        "error_type": "",
        "message": "",
        "model": "claude-haiku-4-5",
        "stop_reason": "end_turn",
        "input_tokens": "1000000",
        "cache_write_5m_tokens": "0",
        "cache_write_1h_tokens": "0",
        "cache_read_tokens": "0",
        "output_tokens": "2",
        "thinking_tokens": "0",
        "cost_usd": "0.500005",
        "cost_left_out": "",
        "text": "Hello, “world”more",
        "tool_calls": "",
        "left_out": "thinking",
    }


def answered(content: bytes) -> bytes:
    message = b'{"model":"claude-opus-4-6","usage":{"input_tokens":1,"output_tokens":1},"content":%b}' % content
    return b'{"custom_id":"a","result":{"type":"succeeded","message":%b}}\n' % message


SEARCH = b'{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"x"}}'


def test_all_text_blocks_are_joined_and_the_other_blocks_are_named() -> None:
    quoted = b'{"type":"text","text":"Lyra","citations":[{"cited_text":"Lyra"}]}'
    before, after = b'{"type":"text","text":"The capital is "}', b'{"type":"text","text":", founded in 1802."}'

    [row] = table_of(answered(b"[%b]" % b",".join([before, SEARCH, SEARCH, quoted, after])))

    assert row["text"] == "The capital is Lyra, founded in 1802."
    assert row["left_out"] == "server_tool_use x2; citations"


def test_a_tool_call_is_json_as_the_api_wrote_it() -> None:
    call = b'{"type": "tool_use", "id": "toolu_1", "name": "extract", "input": {"river": "Lyra", "length": 36.50}}'

    [row] = table_of(answered(b"[%b]" % call))

    assert row["tool_calls"] == '[{"id":"toolu_1","name":"extract","input":{"river": "Lyra", "length": 36.50}}]'
    assert (row["text"], row["left_out"]) == ("", "")


@pytest.mark.parametrize(
    ("content", "text", "left_out"),
    [
        (b'"plain string"', "plain string", ""),
        (b"null", "", ""),
        (b"[]", "", ""),
        (b"7", "", "unreadable block"),
        (b'[7,{"type":3},{"type":"text","text":null},{"type":"text","text":"x"}]', "x", "unreadable block x2; text"),
        (b'[{"type":"text","text":"a\xffb"}]', "a\ufffdb", ""),
        (b'[{"type":"text","text":"a\\\\ud800\\ud83d\\ude00b"}]', "a\\ud800😀b", ""),
        (b'[{"type":"text","text":"a\\ud800b"}]', "a\ufffdb", ""),
        (
            b'[{"type":"redacted_thinking","data":"d"},{"type":"compaction","content":null}]',
            "",
            "redacted_thinking; compaction",
        ),
    ],
)
def test_content_of_another_shape_is_named_and_loses_no_row(content: bytes, text: str, left_out: str) -> None:
    [row] = table_of(answered(content))

    assert (row["outcome"], row["text"], row["left_out"]) == ("succeeded", text, left_out)
    assert row["cost_usd"] != ""


def test_every_outcome_has_a_row_of_all_columns() -> None:
    rows = table_of(
        EXPIRED + b"\n",
        b'{"custom_id":"c","result":{"type":"canceled"}}\n',
        errored("no"),
        b'{"custom_id":"s","result":{"type":"succeeded","message":null}}\n',
        b"broken\n",
    )

    told = [(row["custom_id"], row["outcome"], row["error_type"], row["message"]) for row in rows]
    assert told == [
        ("e", "expired", "", ""),
        ("c", "canceled", "", ""),
        ("x", "errored", "api_error", "no"),
        ("s", "succeeded", "", ""),
        ("", "unreadable", "not_json", "line 5"),
    ]
    assert all(len(row) == len(COLUMNS) and None not in row.values() for row in rows)


def test_an_unknown_cost_is_an_empty_cell_and_not_0() -> None:
    [row] = table_of(succeeded("x", model="claude-mythos-5-2"))

    assert (row["cost_usd"], row["cost_left_out"]) == ("", "claude-mythos-5-2")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_cell_that_would_be_a_formula_is_defused(text: str) -> None:
    rows = table_of(succeeded(text), succeeded("x", custom_id=text), errored(text))

    cells = [rows[0]["text"], rows[1]["custom_id"], rows[2]["message"]]
    assert [(cell[0], cell.replace("'", "")) for cell in cells] == [("'", text)] * 3


@pytest.mark.parametrize("text", ['say "hi", she said', "two\r\nlines", "a\u2028b", "semi;colon", " =1", "<@U1> *b*"])
def test_other_texts_stay_unchanged(text: str) -> None:
    [row] = table_of(succeeded(text))

    assert row["text"] == text


def test_rows_end_as_the_standard_says_and_the_header_comes_once() -> None:
    converter = CsvConverter(Prices.load())

    table = converter.feed(EXPIRED + b"\n") + converter.feed(EXPIRED + b"\n") + converter.finish()

    assert table.split(b"\r\n") == [",".join(COLUMNS).encode(), *[b"e,expired" + b"," * 15] * 2, b""]


def test_an_empty_file_is_a_table_without_rows() -> None:
    assert table_of() == []
    assert CsvConverter(Prices.load()).finish() == ",".join(COLUMNS).encode() + b"\r\n"


def test_failures_pass_byte_for_byte() -> None:
    failures = FailuresFilter()
    odd = b'  {"result": {"type": "expired", "new": 1.50}, "custom_id": "\\u00e9"}\t\r\n'
    data = succeeded("x") + odd + b"\n" + b"broken\n" + errored("a\u2028b") + succeeded("y") + EXPIRED

    passed = failures.feed(data) + failures.finish()

    assert passed == odd + errored("a\u2028b") + EXPIRED
    assert (failures.passed_count, failures.broken_count, failures.lines) == (3, 1, 6)


def test_a_success_whose_message_cannot_be_read_is_no_failure() -> None:
    odd = b'{"custom_id":"odd","result":{"type":"succeeded","message":{"usage":null}}}\n'

    assert FailuresFilter().feed(odd + errored("a")) == errored("a")


def test_the_causes_are_a_table_largest_first() -> None:
    reader = ResultsSummarizer(Prices.load(), max_causes=2)
    reader.feed(errored("=no 1") + errored("=no 2") + EXPIRED + b"\n" + errored("other"))
    summary = reader.finish()

    rows = list(csv.DictReader(io.StringIO(format_causes(summary).decode(), newline="")))

    assert summary.causes[0] == Cause("api_error", "=no <n>", 2, ("x", "x"))
    assert [row["count"] for row in rows] == ["2", "1", "1"]
    assert rows[0]["message"] == "'=no <n>"
    assert (rows[0]["remedy"], rows[0]["retryable"], rows[0]["sample_custom_ids"]) == ("retry", "true", "x; x")
    assert rows[2]["message"] == "(further causes)"
