"""The limits of views: titles, submit buttons, metadata, and the blocks of a modal."""

from typing import Any

import pytest

from bot.playground.slack_simulator.blocks import find_view_problems

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def section() -> Json:
    return {"type": "section", "text": mrkdwn()}


def field(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element or {"type": "plain_text_input"}, **more}


MODAL: Json = {"type": "modal", "title": plain("Title"), "blocks": [section()]}

REFUSED_VIEWS: list[tuple[Json, str, str]] = [
    ({**MODAL, "title": plain("x" * 25)}, "must be less than 25 characters", "/view/title/text"),
    ({**MODAL, "title": mrkdwn()}, "unsupported type: mrkdwn", "/view/title/type"),
    ({**MODAL, "submit": plain("x" * 25)}, "must be less than 25", "/view/submit/text"),
    ({**MODAL, "close": plain("x" * 25)}, "must be less than 25", "/view/close/text"),
    ({**MODAL, "private_metadata": "x" * 3001}, "must be less than 3001", "/view/private_metadata"),
    ({**MODAL, "callback_id": "x" * 256}, "must be less than 256", "/view/callback_id"),
    ({**MODAL, "blocks": [section()] * 101}, "no more than 100 items", "/view/blocks"),
    ({**MODAL, "blocks": []}, "no less than 1 items", "/view/blocks"),
    ({**MODAL, "blocks": [field()]}, "`submit` is required", "/view"),
    ({**MODAL, "blocks": [{"type": "markdown", "text": "x"}]}, "markdown is not allowed in a modal", "/view/blocks/0"),
    ({**MODAL, "colour": "red"}, "invalid additional property: colour", "/view"),
    ({"type": "modal", "blocks": [section()]}, "missing required field: title", "/view"),
    ({"type": "modal", "title": plain()}, "missing required field: blocks", "/view"),
    ({"type": "home", "blocks": [section()]}, "unsupported type: home", "/view/type"),
    (
        {**MODAL, "submit": plain(), "blocks": [field({"type": "file_input"}, dispatch_action=True)]},
        "dispatch_action is not allowed",
        "/view/blocks/0/dispatch_action",
    ),
]


@pytest.mark.parametrize(("view", "words", "pointer"), REFUSED_VIEWS, ids=[f"{w} {p}" for _, w, p in REFUSED_VIEWS])
def test_views_are_held_to_their_own_limits(view: Json, words: str, pointer: str) -> None:
    problems = [str(problem) for problem in find_view_problems(view)]

    assert any(words in problem and pointer in problem for problem in problems), problems


def test_alerts_stand_in_modals() -> None:
    alert = {"type": "alert", "text": mrkdwn(), "level": "warning"}

    problems = find_view_problems({**MODAL, "blocks": [alert]})

    assert problems == []
