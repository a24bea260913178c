"""Block Kit's rules: what Slack accepts, and the words it refuses the rest with."""

from typing import Any

import pytest

from bot.playground.slack_simulator.blocks import BlockSurface, find_block_problems

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "go", **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def options(count: int, **more: Any) -> list[Json]:
    return [{"text": plain(str(n)), "value": str(n), **more} for n in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", **more}


def field(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element or {"type": "plain_text_input"}, **more}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


def rich(*runs: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def data_table(rows: list[list[Json]], **more: Any) -> Json:
    return {"type": "data_table", "caption": "c", "rows": rows, **more}


def pie(**more: Any) -> Json:
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": more["segments"]}}


IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
TASK = {"type": "task_card", "task_id": "1", "title": "t", "status": "complete"}

TAKEN: list[tuple[str, Json]] = [
    ("section at its limit", section("x" * 3000)),
    ("section with fields", {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}),
    ("section with accessory and expand", section(accessory=button(), expand=True)),
    ("header", {"type": "header", "text": plain("x" * 150), "level": 2}),
    ("context", {"type": "context", "elements": [mrkdwn(), plain(), IMAGE]}),
    ("actions of 25", actions(*[button(action_id=str(n)) for n in range(25)])),
    ("button with everything", actions(button(value="v" * 2000, url="https://x", style="danger", confirm=confirm()))),
    ("divider", {"type": "divider"}),
    ("image", {**IMAGE, "title": plain()}),
    ("image from slack", {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a"}),
    ("select", actions(select(options=options(100), placeholder=plain("x" * 150)))),
    ("overflow", actions({"type": "overflow", "options": options(5, url="https://x")})),
    ("datepicker", section(accessory={"type": "datepicker", "initial_date": "2026-01-31"})),
    ("input", field({"type": "checkboxes", "options": options(10)}, hint=plain(), optional=True)),
    ("rich text", rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})),
    ("verbatim", {"type": "section", "text": {**mrkdwn(), "verbatim": True}}),
    ("markdown", {"type": "markdown", "text": "x" * 12_000}),
    ("table", {"type": "table", "rows": [[cell()] * 20] * 100, "column_settings": [None, {"align": "right"}]}),
    ("data table", data_table([[cell()] * 20] * 2, page_size=5)),
    ("chart", pie(segments=[{"label": "a", "value": 1}])),
    ("card", {"type": "card", "title": mrkdwn(), "actions": [button()]}),
    ("container", {"type": "container", "title": plain(), "child_blocks": [section()]}),
    ("plan", {"type": "plan", "title": "p", "tasks": [{**TASK, "status": "pending"}]}),
    ("feedback", {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}]}),
]

REFUSED: list[tuple[Json, str, str]] = [
    (section("x" * 3001), "must be less than 3001 characters", "/blocks/0/text/text"),
    (section(""), "must be more than 0 characters", "/blocks/0/text/text"),
    ({"type": "section"}, "must define either `text` or `fields`", "/blocks/0"),
    ({"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed", "/blocks/0/fields"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "must be less than 2001", "/blocks/0/fields/0/text"),
    (section(colour="red"), "invalid additional property: colour", "/blocks/0"),
    (section(accessory={"type": "datetimepicker"}), "unsupported type: datetimepicker", "/blocks/0/accessory/type"),
    ({"type": "sektion"}, "unsupported type: sektion", "/blocks/0/type"),
    ({"text": mrkdwn()}, "missing required field: type", "/blocks/0"),
    ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn", "/blocks/0/text/type"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151", "/blocks/0/text/text"),
    ({"type": "header", "text": plain(), "level": 5}, "must be between 1 and 4", "/blocks/0/level"),
    ({"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items", "/blocks/0/elements"),
    ({"type": "context", "elements": [button()]}, "unsupported type: button", "/blocks/0/elements/0/type"),
    ({"type": "context", "elements": []}, "no less than 1 items", "/blocks/0/elements"),
    (actions(), "no less than 1 items", "/blocks/0/elements"),
    (actions(*[button(action_id=str(n)) for n in range(26)]), "no more than 25 items", "/blocks/0/elements"),
    (actions(button(), button()), "already exists", "/blocks/0"),
    (actions(button(), block_id="x" * 256), "must be less than 256", "/blocks/0/block_id"),
    (actions(button(action_id="x" * 256)), "must be less than 256", "/blocks/0/elements/0/action_id"),
    (actions(button(text=plain("x" * 76))), "must be less than 76", "/blocks/0/elements/0/text/text"),
    (actions(button(text=mrkdwn())), "unsupported type: mrkdwn", "/blocks/0/elements/0/text/type"),
    (actions(button(value="x" * 2001)), "must be less than 2001", "/blocks/0/elements/0/value"),
    (actions(button(url="x" * 3001)), "must be less than 3001", "/blocks/0/elements/0/url"),
    (actions(button(style="warning")), "must be one of: primary, danger", "/blocks/0/elements/0/style"),
    (actions({"type": "button"}), "missing required field: text", "/blocks/0/elements/0"),
    (actions({"type": "plain_text_input"}), "unsupported type", "/blocks/0/elements/0/type"),
    (
        actions(button(confirm=confirm(title=plain("x" * 101)))),
        "less than 101",
        "/blocks/0/elements/0/confirm/title/text",
    ),
    (
        actions(button(confirm=confirm(text=plain("x" * 301)))),
        "less than 301",
        "/blocks/0/elements/0/confirm/text/text",
    ),
    (actions(button(confirm=confirm(deny=plain("x" * 31)))), "less than 31", "/blocks/0/elements/0/confirm/deny/text"),
    (actions(select()), "must define exactly one of: options, option_groups", "/blocks/0/elements/0"),
    (actions(select(options=options(101))), "no more than 100 items", "/blocks/0/elements/0/options"),
    (actions(select(options=[{"text": plain(), "value": "v" * 151}])), "less than 151", "/options/0/value"),
    (actions(select(options=[{"text": plain("x" * 76), "value": "v"}])), "less than 76", "/options/0/text/text"),
    (actions(select(options=options(1, url="https://x"))), "invalid additional property: url", "/options/0"),
    (actions(select(options=options(1), placeholder=plain("x" * 151))), "less than 151", "/placeholder/text"),
    (actions({"type": "overflow", "options": options(6)}), "no more than 5 items", "/blocks/0/elements/0/options"),
    (actions({"type": "checkboxes", "options": options(11)}), "no more than 10 items", "/options"),
    (field({"type": "plain_text_input", "max_length": 3001}), "must be between 1 and 3000", "/element/max_length"),
    (field({"type": "number_input"}), "missing required field: is_decimal_allowed", "/blocks/0/element"),
    (field({"type": "button", "text": plain()}), "unsupported type: button", "/blocks/0/element/type"),
    (field(label=plain("x" * 2001)), "must be less than 2001", "/blocks/0/label/text"),
    (field({"type": "file_input"}), "file_input is not allowed in a message", "/blocks/0/element/type"),
    ({"type": "image", "alt_text": "a"}, "must define exactly one of", "/blocks/0"),
    ({**IMAGE, "alt_text": "x" * 2001}, "must be less than 2001", "/blocks/0/alt_text"),
    ({"type": "image", "image_url": "https://x"}, "missing required field: alt_text", "/blocks/0"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001", "/blocks/0/text"),
    ({"type": "table", "rows": [[cell()]] * 101}, "no more than 100 items", "/blocks/0/rows"),
    ({"type": "table", "rows": [[cell()] * 21]}, "no more than 20 items", "/blocks/0/rows/0"),
    ({"type": "table", "rows": [[cell("x" * 10_001)]]}, "all table blocks together", "/blocks"),
    (data_table([[cell()]]), "no less than 2 items", "/blocks/0/rows"),
    (data_table([[cell()], [cell(), cell()]]), "must have 1 cells", "/blocks/0/rows/1"),
    (data_table([[rich()], [cell()]]), "header cells may not be rich_text", "/blocks/0/rows/0/0"),
    (data_table([[cell("x" * 20_000)], [cell()]]), "all data_table blocks together", "/blocks"),
    (pie(segments=[{"label": "a", "value": 0}]), "must be more than 0", "/segments/0/value"),
    (pie(segments=[{"label": "a" * 21, "value": 1}]), "must be less than 21", "/segments/0/label"),
    ({"type": "card", "subtitle": mrkdwn()}, "must define either", "/blocks/0"),
    ({"type": "card", "title": "bare"}, "must provide an object", "/blocks/0/title"),
    ({"type": "alert", "text": mrkdwn()}, "alert is not allowed in a message", "/blocks/0/type"),
    ({**TASK, "status": "pending"}, "must be one of", "/blocks/0/status"),
    ({"type": "plan", "title": plain()}, "must provide a string", "/blocks/0/title"),
    (rich({"type": "text", "text": ""}), "must be more than 0", "/blocks/0/elements/0/elements/0/text"),
    (rich({"type": "mention"}), "unsupported type: mention", "/blocks/0/elements/0/elements/0/type"),
    ({"type": "section", "text": {**mrkdwn(), "emoji": True}}, "invalid additional property: emoji", "/blocks/0/text"),
    ({"type": "section", "text": {**plain(), "verbatim": True}}, "invalid additional property", "/blocks/0/text"),
]


@pytest.mark.parametrize(("name", "block"), TAKEN, ids=[name for name, _ in TAKEN])
def test_what_slack_takes_is_taken(name: str, block: Json) -> None:
    problems = find_block_problems([block])

    assert not problems, name


@pytest.mark.parametrize(("block", "words", "pointer"), REFUSED, ids=[f"{w} {p}" for _, w, p in REFUSED])
def test_what_slack_refuses_is_refused_with_a_pointer(block: Json, words: str, pointer: str) -> None:
    problems = [str(problem) for problem in find_block_problems([block])]

    assert any(words in problem and problem.rstrip("]").endswith(pointer) for problem in problems), problems


def test_the_51st_block_of_a_message_is_refused_and_the_100th_of_a_view_is_not() -> None:
    blocks = [section() for _ in range(51)]

    message, home = find_block_problems(blocks), find_block_problems(blocks, BlockSurface.HOME)

    assert [str(problem) for problem in message] == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert home == []


def test_block_ids_are_unique_in_a_message_and_an_empty_one_counts_as_none() -> None:
    repeated = find_block_problems([section(block_id="a"), section(block_id="a")])
    empty = find_block_problems([section(block_id=""), section(block_id="")])

    assert [problem.pointer for problem in repeated] == ["/blocks/1/block_id"]
    assert empty == []


def test_markdown_blocks_share_one_allowance() -> None:
    problems = find_block_problems([{"type": "markdown", "text": "x" * 6001}] * 2)

    assert "all markdown blocks together" in str(problems[0])


def test_only_two_charts_fit_a_message() -> None:
    problems = find_block_problems([pie(segments=[{"label": "a", "value": 1}])] * 3)

    assert "no more than 2 data_visualization" in str(problems[0])


@pytest.mark.parametrize("blocks", [None, "text", {"type": "section"}])
def test_blocks_are_a_list(blocks: Any) -> None:
    problems = find_block_problems(blocks)

    assert str(problems[0]) == "must provide an array [json-pointer:/blocks]"
