"""Faults of `params` that the API would report only while it processes the batch."""

from typing import Any

import pytest

from bot.requests.params import ApiConstraints
from bot.requests.problems import GroupedWarning, ProblemKind, WarningKind
from tests.requests.request_lines import CATALOG, CONSTRAINTS, GOOD, check, line

P = ProblemKind
W = WarningKind
NEWEST = ApiConstraints(CATALOG, version="2026-10-21")


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


def saying(*content: Any, role: str = "user") -> dict[str, Any]:
    return GOOD | {"messages": [{"role": role, "content": one} for one in content]}


def found(params: dict[str, Any], constraints: ApiConstraints = CONSTRAINTS) -> list[tuple[ProblemKind, str, str]]:
    checked, _ = check(line(params=params), constraints)
    return [(problem.kind, problem.place, problem.value) for problem in checked.problems]


@pytest.mark.parametrize(
    ("params", "kind", "place", "value"),
    [
        (without("model"), P.MISSING_KEY, "params.model", ""),
        (without("max_tokens"), P.MISSING_KEY, "params.max_tokens", ""),
        (without("messages"), P.MISSING_KEY, "params.messages", ""),
        (GOOD | {"model": 5}, P.WRONG_TYPE, "params.model", "5"),
        (GOOD | {"model": ""}, P.EMPTY, "params.model", ""),
        (GOOD | {"model": "gpt-12"}, P.UNKNOWN_MODEL, "params.model", "gpt-12"),
        (GOOD | {"model": "claude-opus-4-1"}, P.RETIRED_MODEL, "params.model", "claude-opus-4-1"),
        (GOOD | {"model": "claude-chat-1"}, P.MODEL_WITHOUT_BATCHES, "params.model", "claude-chat-1"),
        (GOOD | {"max_tokens": "64"}, P.WRONG_TYPE, "params.max_tokens", "64"),
        (GOOD | {"max_tokens": True}, P.WRONG_TYPE, "params.max_tokens", "true"),
        (GOOD | {"max_tokens": 64.5}, P.WRONG_TYPE, "params.max_tokens", "64.5"),
        (GOOD | {"max_tokens": 0}, P.OUT_OF_RANGE, "params.max_tokens", "0"),
        (GOOD | {"max_tokens": 64_001}, P.OUT_OF_RANGE, "params.max_tokens", "64001"),
        (GOOD | {"messages": "Hello"}, P.WRONG_TYPE, "params.messages", "Hello"),
        (GOOD | {"messages": []}, P.EMPTY, "params.messages", "[]"),
        (GOOD | {"messages": ["Hello"]}, P.WRONG_TYPE, "params.messages.0", "Hello"),
        (GOOD | {"messages": [{"role": "user"}]}, P.MISSING_KEY, "params.messages.0.content", ""),
        (GOOD | {"messages": [{"content": "x"}]}, P.MISSING_KEY, "params.messages.0.role", ""),
        (saying("x", role="robot"), P.UNKNOWN_ROLE, "params.messages.0.role", "robot"),
        (saying("x", ""), P.EMPTY, "params.messages.1.content", ""),
        (saying([]), P.EMPTY, "params.messages.0.content", "[]"),
        (saying("", role="assistant") | {"system": 7}, P.WRONG_TYPE, "params.system", "7"),
        (saying(7), P.WRONG_TYPE, "params.messages.0.content", "7"),
        (saying(["text"]), P.WRONG_TYPE, "params.messages.0.content.0", "text"),
        (saying([{"text": "x"}]), P.MISSING_KEY, "params.messages.0.content.0.type", ""),
        (saying([{"type": ["text"]}]), P.WRONG_TYPE, "params.messages.0.content.0.type", "[…]"),
        (saying([{"type": "text"}]), P.MISSING_KEY, "params.messages.0.content.0.text", ""),
        (saying([{"type": "text", "text": ""}]), P.EMPTY, "params.messages.0.content.0.text", ""),
        (
            saying([{"type": "image", "source": {"type": "url", "url": "http://a.example/b.png"}}]),
            P.NOT_HTTPS,
            "params.messages.0.content.0.source.url",
            "http://a.example/b.png",
        ),
        (GOOD | {"system": [{"type": "text", "text": ""}]}, P.EMPTY, "params.system.0.text", ""),
        (GOOD | {"stream": True}, P.FORBIDDEN_IN_BATCH, "params.stream", "true"),
        (GOOD | {"speed": "fast"}, P.FORBIDDEN_IN_BATCH, "params.speed", "fast"),
        (GOOD | {"store": False}, P.FORBIDDEN_IN_BATCH, "params.store", "false"),
        (GOOD | {"previous_thread_event_id": "e"}, P.FORBIDDEN_IN_BATCH, "params.previous_thread_event_id", "e"),
        (GOOD | {"cache_hint": 1}, P.FORBIDDEN_IN_BATCH, "params.cache_hint", "1"),
        (GOOD | {"context_hint": 1}, P.FORBIDDEN_IN_BATCH, "params.context_hint", "1"),
        (GOOD | {"fallbacks": []}, P.FORBIDDEN_IN_BATCH, "params.fallbacks", "[]"),
        (
            GOOD | {"research_preview_2026_02": "active"},
            P.FORBIDDEN_IN_BATCH,
            "params.research_preview_2026_02",
            "active",
        ),
        (GOOD | {"temperature": 1.5}, P.OUT_OF_RANGE, "params.temperature", "1.5"),
        (GOOD | {"top_p": -0.1}, P.OUT_OF_RANGE, "params.top_p", "-0.1"),
        (GOOD | {"top_k": "5"}, P.WRONG_TYPE, "params.top_k", "5"),
        (GOOD | {"inference_geo": {"in": "us"}}, P.WRONG_TYPE, "params.inference_geo", "{…}"),
    ],
)
def test_params_that_fail_in_a_batch_are_reported(
    params: dict[str, Any], kind: ProblemKind, place: str, value: str
) -> None:
    assert found(params) == [(kind, place, value)]


@pytest.mark.parametrize(
    "params",
    [
        GOOD | {"stream": False},
        GOOD | {"speed": None, "temperature": None},
        GOOD | {"temperature": 0, "top_k": 40},
        GOOD | {"max_tokens": 64_000, "system": "Be brief.", "stop_sequences": ["END"]},
        GOOD | {"messages": [*GOOD["messages"], {"role": "assistant", "content": ""}]},
        saying([{"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}]),
    ],
)
def test_what_the_api_accepts_is_accepted(params: dict[str, Any]) -> None:
    checked, _ = check(line(params=params))

    assert checked.is_sound, checked.problems
    assert checked.warnings == ()


@pytest.mark.parametrize(
    ("params", "place"),
    [
        (GOOD | {"temperature": 0.5}, "params.temperature"),
        (GOOD | {"top_k": 5}, "params.top_k"),
        (saying([{"type": "text", "text": "x", "citations": [{}]}]), "params.messages.0.content.0.citations"),
        (saying([{"type": "document", "source": {}}], role="assistant"), "params.messages.0.content.0.type"),
    ],
)
def test_the_newest_version_forbids_more(params: dict[str, Any], place: str) -> None:
    newest = found(params, NEWEST)
    older = found(params)

    assert [(kind, where) for kind, where, _ in newest] == [(P.FORBIDDEN_IN_VERSION, place)]
    assert older == []


def test_every_fault_of_a_line_is_reported_at_once() -> None:
    kinds = {kind for kind, _, _ in found({"messages": [], "stream": True, "max_tokens": 0})}

    assert kinds == {P.MISSING_KEY, P.EMPTY, P.FORBIDDEN_IN_BATCH, P.OUT_OF_RANGE}


def test_only_the_last_message_may_be_an_empty_one_of_the_assistant() -> None:
    empty = {"role": "assistant", "content": ""}
    asked = GOOD["messages"][0]

    assert found(GOOD | {"messages": [asked, empty]}) == []
    assert found(GOOD | {"messages": [asked, empty, asked]}) == [(P.EMPTY, "params.messages.1.content", "")]


def test_a_limit_is_reported_with_the_value_that_exceeds_it() -> None:
    checked, _ = check(line(params=GOOD | {"max_tokens": 200_000}))

    assert checked.problems[0].limit == 64_000


def test_a_beta_lifts_the_limit_of_output_tokens() -> None:
    constraints = ApiConstraints(CATALOG, betas=frozenset({"output-300k-2026-03-24"}))

    assert found(GOOD | {"max_tokens": 300_000}, constraints) == []
    assert found(GOOD | {"max_tokens": 300_001}, constraints) == [(P.OUT_OF_RANGE, "params.max_tokens", "300001")]


def test_a_user_profile_must_be_the_one_of_the_batch() -> None:
    constraints = ApiConstraints(CATALOG, user_profile="u1")

    assert found(GOOD | {"user_profile_id": "u1"}, constraints) == []
    assert found(GOOD | {"user_profile_id": "u2"}, constraints) == [
        (P.OTHER_USER_PROFILE, "params.user_profile_id", "u2")
    ]


@pytest.mark.parametrize(
    ("params", "warned"),
    [
        (GOOD | {"model": "claude-sonnet-4-5"}, (W.DEPRECATED_MODEL, "params.model", "claude-sonnet-4-5")),
        (GOOD | {"sytem": "x"}, (W.UNKNOWN_PARAM, "params.sytem", "")),
        (saying("x", role="system"), (W.SYSTEM_ROLE, "params.messages.role", "system")),
    ],
)
def test_a_warning_appears_once_with_its_number_of_lines(
    params: dict[str, Any], warned: tuple[WarningKind, str, str]
) -> None:
    checked, _ = check(line("fine") + line("b", params) + line("c", params))

    assert checked.is_sound
    assert checked.warnings == (GroupedWarning(*warned, line=2, lines=2),)


def test_without_a_catalog_models_and_limits_are_not_checked() -> None:
    checked, _ = check(line(params=GOOD | {"model": "gpt-12", "max_tokens": 10**9}), ApiConstraints())

    assert checked.is_sound
    assert checked.warnings == (GroupedWarning(W.MODEL_NOT_CHECKED, "params.model", "gpt-12", line=1),)
