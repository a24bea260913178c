"""What the check finds in requests of every kind, with the models as the API lists them, and without a list."""

import asyncio

import pytest

from bot.api.client import open_http
from bot.api.model_catalog import Capabilities, EffortSupport, ModelCatalog, ModelInfo, Support
from bot.api.models_client import ModelsClient
from bot.playground.api_simulator.server import ApiSimulator
from bot.requests.check import CheckReport
from bot.requests.params import ApiConstraints
from tests.request_cases import ACCEPTED, NEW, OLD, PNG, REFUSED, WARNED, Case, image, pdf, request, saying, thinking
from tests.requests.request_lines import check, line

HABITUAL = ("deprecated_model", "model_not_checked")
"""Warnings that have nothing to do with the case."""


@pytest.fixture(scope="module")
def listed() -> ApiConstraints:
    """Provide the models that the simulated API lists."""

    async def fetch() -> ModelCatalog:
        async with ApiSimulator(speed=0) as api, open_http("sk-ant-x", base_url=api.base_url) as http:
            return await ModelsClient(http).fetch_catalog()

    return ApiConstraints(asyncio.run(fetch()))


def found(report: CheckReport) -> list[tuple[str, str]]:
    """Return kind and place of all problems, or of all warnings if there is none."""
    problems = [(one.kind.value, one.place) for one in report.problems]
    warnings = [(one.kind.value, one.place) for one in report.warnings if one.kind.value not in HABITUAL]
    return problems or warnings


def check_one(case: Case, constraints: ApiConstraints) -> CheckReport:
    return check(line(params=case.params), constraints)[0]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_the_api_refuses_is_refused_with_its_place(case: Case, listed: ApiConstraints) -> None:
    report = check_one(case, listed)

    assert found(report) == [(case.kind, case.place)]
    assert not report.is_sound


@pytest.mark.parametrize("case", WARNED, ids=lambda case: case.name)
def test_what_is_uncertain_is_a_warning(case: Case, listed: ApiConstraints) -> None:
    report = check_one(case, listed)

    assert report.is_sound
    assert found(report) == [(case.kind, case.place)]


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_what_the_api_accepts_is_accepted_without_a_word(case: Case, listed: ApiConstraints) -> None:
    assert found(check_one(case, listed)) == []


@pytest.mark.parametrize("case", [*REFUSED, *ACCEPTED], ids=lambda case: case.name)
def test_without_a_list_the_table_has_the_same_rules(case: Case) -> None:
    report = check_one(case, ApiConstraints())

    assert found(report) == ([(case.kind, case.place)] if case.kind else [])


def catalog_of(model_id: str, **capabilities: object) -> ApiConstraints:
    """Return a catalog with one model, which has these capabilities."""
    said = Capabilities.model_validate(capabilities)
    return ApiConstraints(ModelCatalog.from_models([ModelInfo(id=model_id, capabilities=said)]))


@pytest.mark.parametrize(
    ("params", "capability", "kind", "place"),
    [
        (
            saying(pdf(), model=NEW),
            {"pdf_input": {"supported": False}},
            "model_input",
            "params.messages.0.content.0.type",
        ),
        (
            saying(image(PNG), model=NEW),
            {"image_input": {"supported": False}},
            "model_input",
            "params.messages.0.content.0.type",
        ),
        (
            request(NEW, output_config={"effort": "xhigh"}),
            {"effort": {"supported": True, "high": {"supported": True}, "xhigh": {"supported": False}}},
            "model_effort",
            "params.output_config.effort",
        ),
        (
            thinking("disabled", NEW),
            {"thinking": {"supported": True, "types": {"disabled": {"supported": False}}}},
            "model_thinking",
            "params.thinking.type",
        ),
        (
            thinking("adaptive", NEW),
            {"thinking": {"supported": True, "types": {"adaptive": {"supported": False}}}},
            "model_may_refuse",
            "params.thinking.type",
        ),
        (
            request(NEW, output_config={"effort": "low"}),
            {"effort": {"supported": False}},
            "model_may_refuse",
            "params.output_config.effort",
        ),
    ],
)
def test_what_the_api_says_of_a_model_prevails(
    params: dict[str, object], capability: dict[str, object], kind: str, place: str
) -> None:
    case = Case("", params)

    assert found(check_one(case, catalog_of(NEW, **capability))) == [(kind, place)]
    assert found(check_one(case, catalog_of(NEW))) == []


def test_a_capability_lifts_a_rule_of_the_table() -> None:
    allowed = catalog_of(NEW, thinking={"supported": True, "types": {"enabled": {"supported": True}}})

    assert found(check_one(Case("", thinking("enabled", NEW, 1_024)), allowed)) == []


def test_a_level_that_the_api_says_nothing_of_is_the_tables() -> None:
    silent = catalog_of(OLD.replace("haiku", "opus"), effort={"supported": True, "xhigh": None})

    assert found(check_one(Case("", request("claude-opus-4-5", output_config={"effort": "high"})), silent)) == []
    assert EffortSupport(supported=True, low=Support()).supports("low", default=True) is False


def test_a_model_that_no_one_knows_is_one_warning_a_file(listed: ApiConstraints) -> None:
    new = request("claude-nova-7", temperature=0, output_config={"effort": "max"}, thinking={"type": "adaptive"})

    report, _ = check(b"".join(line(f"r{n}", new) for n in range(50)), listed)

    assert report.is_sound
    assert [(one.kind.value, one.value, one.lines) for one in report.warnings] == [
        ("model_not_listed", "claude-nova-7", 50)
    ]


@pytest.mark.parametrize(
    ("name", "kind", "instead"),
    [
        ("claude-haiku-4.5", "unknown_model", "claude-haiku-4-5"),
        ("Claude-Opus-5", "unknown_model", "claude-opus-5"),
        ("gpt-4o", "unknown_model", ""),
        ("anthropic/claude-opus-5-5", "unknown_model", "claude-opus-5-5"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "unknown_model", "claude-haiku-4-5"),
        ("claude-sonnet-4-5@20250929", "unknown_model", "claude-sonnet-4-5"),
        ("claude-opuss-5", "model_not_listed", "claude-opus-5"),
        ("claude-3-7-sonnet-20250219", "retired_model", ""),
        ("claude-opus-4-1", "retired_model", ""),
    ],
)
def test_an_unknown_name_comes_with_the_nearest_one(name: str, kind: str, instead: str, listed: ApiConstraints) -> None:
    report = check_one(Case("", request(name)), listed)

    problems = [(one.kind.value, one.instead) for one in report.problems]
    assert problems + [(one.kind.value, one.instead) for one in report.warnings] == [(kind, instead)]


def test_the_rule_names_the_model_and_what_to_write_instead(listed: ApiConstraints) -> None:
    report = check_one(Case("", thinking("enabled", NEW, 1_024)), listed)

    assert [(one.model, one.instead) for one in report.problems] == [(NEW, "disabled, adaptive")]


def test_interleaved_thinking_may_think_longer_than_it_answers(listed: ApiConstraints) -> None:
    case = Case("", thinking("enabled", budget=9_000))
    interleaved = ApiConstraints(listed.catalog, betas=frozenset({"interleaved-thinking-2025-05-14"}))

    assert found(check_one(case, interleaved)) == []


def test_a_large_answer_of_a_model_that_may_not_give_it_is_a_warning(listed: ApiConstraints) -> None:
    large = ApiConstraints(listed.catalog, betas=frozenset({"output-300k-2026-03-24"}))

    old, new = (check_one(Case("", request(name, max_tokens=300_000)), large) for name in (OLD, NEW))

    assert found(old) == [("model_may_refuse", "params.max_tokens")]
    assert found(new) == []
