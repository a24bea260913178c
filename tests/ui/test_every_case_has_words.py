"""Every error, rule and enum value that exists has words of its own; none of them falls through to a general answer."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import get_args

import pytest
from msgspec.structs import replace

import bot
from bot.api.errors import ApiError, BatchesError
from bot.commands.language.errors import UsageError, ValueForm
from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.errors import ExpectedError
from bot.operations.drafts import DraftUnavailable, FileRefused
from bot.operations.follow import CardPlace
from bot.operations.progress import Phase, ReadingProgress
from bot.operations.read_results import ReadingFailed
from bot.operations.retirements import RetirementState, RetiringModel
from bot.operations.shared_files import FileUnreadable, UnreadableReason
from bot.permissions import NotPermitted, Rule
from bot.requests.file_kinds import ForeignFileKind
from bot.requests.problems import GroupedWarning, Problem, ProblemKind, WarningKind
from bot.results.causes import Cause
from bot.results.lines import LineFault
from bot.results.remedies import Remedy
from bot.store.db.database import StoreFault, StoreUnavailable
from bot.store.records.audit import RecordedOutcome
from bot.store.records.drafts import DraftState
from bot.store.records.notices import Event, Notice
from bot.store.records.watches import NotifyLevel
from bot.ui.components.file_problems import problem_line, render_file_refused, warning_lines
from bot.ui.components.file_sent import DeliveryFailure, render_not_sent
from bot.ui.components.progress import render_progress
from bot.ui.components.quiet import quiet_suffix
from bot.ui.components.remedies import fault_words, remedy_words
from bot.ui.components.retirements import retirement_lines
from bot.ui.errors.create_form import FormProblem, form_problem_words
from bot.ui.errors.render import ShownError, render_error
from bot.ui.errors.value_forms import FORM_WORDS
from bot.ui.notices.notice import draw_notice
from bot.ui.notices.settled_change import Settlement, settled_change_words
from bot.ui.reply import File, Message
from bot.ui.verbs.audit import audit_line
from tests.builders import ADMIN, BEN, ID, NOW, canceled, entry
from tests.ui.catalog import message_of
from tests.ui.draft_samples import DRAFT, SOUND_FILE
from tests.ui.errors.every_error import ERRORS
from tests.ui.samples import DELETE_QUESTION

BASES = {BatchesError, ApiError, UsageError, ReadingFailed}
"""Never raised themselves."""
ENDS_THE_START = (
    "bot.app",
    "bot.playground",
    "bot.pricing.prices",
    "bot.settings",
    "bot.slack.transports",
    "bot.store.db.transfer",
)
"""Errors of these modules end the start of a process, which prints them; they reach no one in Slack."""


def subclasses_of(kind: type[ExpectedError]) -> Iterator[type[ExpectedError]]:
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("bot."):
            yield inner
            yield from subclasses_of(inner)


@pytest.fixture(scope="module")
def shown_errors() -> set[type[ExpectedError]]:
    """Return every error class that can reach a person in Slack."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.startswith(("bot.playground", "bot.store.migrations")):  # alembic runs the latter
            importlib.import_module(module.name)
    return {kind for kind in subclasses_of(ExpectedError) if not kind.__module__.startswith(ENDS_THE_START)} - BASES


def test_every_error_is_one_of_those_with_words(shown_errors: set[type[ExpectedError]]) -> None:
    assert {kind for kind in shown_errors if not issubclass(kind, get_args(ShownError))} == set()


def test_every_error_has_a_golden(shown_errors: set[type[ExpectedError]]) -> None:
    assert shown_errors - {type(error) for error in ERRORS.values()} == set()


def test_an_error_without_words_is_a_mistake_and_not_a_general_answer() -> None:
    class Unheard(ExpectedError):
        """An error that no one wrote words for."""

    with pytest.raises(AssertionError, match="Unheard"):
        render_error(Unheard())


def test_no_two_errors_say_the_same() -> None:
    texts: dict[str, set[str]] = {}
    for error in ERRORS.values():
        texts.setdefault(render_error(error).text, set()).add(type(error).__name__)

    assert {text: kinds for text, kinds in texts.items() if len(kinds) > 1} == {}


CAUSES = [
    *(Cause(name, "", 1, ()) for name in ("invalid_request_error", "request_too_large", "not_found_error")),
    *(Cause(name, "", 1, ()) for name in ("authentication_error", "permission_error", "billing_error", "api_error")),
    *(Cause(name, "", 1, ()) for name in ("rate_limit_error", "expired", "canceled", "novel_error")),
    Cause("invalid_request_error", "messages: Field required", 1, ()),
    Cause("api_error", "", 1, (), "enforced_spend_limit_reached"),
    Cause("api_error", "", 1, (), "organization_on_hold"),
    Cause("api_error", "", 1, (), "file_expired"),
]
FILE = File("x.jsonl", "x", b"x", Message("x", ()))


def _refusal_words(why: RefusalReason) -> str:
    answered = why in (RefusalReason.USED, RefusalReason.KEPT)
    return render_error(ConfirmationRefused(why, DELETE_QUESTION, entry() if answered else None)).text


def _foreign_file_words(kind: ForeignFileKind) -> str:
    return message_of(render_file_refused(FileRefused("odd.bin", replace(SOUND_FILE, foreign=kind)), ADMIN)).text


def _notice_words(event: Event) -> str:
    payload = {"text": "a digest", "blocks": [], "words": "an act", "more": 3}
    needed = {"digest": ("text", "blocks"), "act": ("words",), "appeared": ("more",)}.get(event, ())
    notice = Notice("key", ID, event, "C0BATCHES", (), NOW, {name: payload[name] for name in needed})
    return draw_notice(notice, canceled(), NOW).text


def words_by_case() -> dict[str, dict[object, str]]:
    """Return the words for each case of each closed set, by the name of the set."""
    problem = Problem(ProblemKind.EMPTY, 1, "", "", None, None)
    warned = GroupedWarning(WarningKind.DEPRECATED_MODEL, "", "x", 1, 1)
    reading = ReadingProgress("", 1, 1, 1)
    states: list[DraftState] = [state for kind in get_args(DraftState) for state in get_args(kind)]
    return {
        "rule": {rule: render_error(NotPermitted(rule, BEN)).text for rule in Rule},
        "refusal": {why: _refusal_words(why) for why in RefusalReason},
        "unreadable file": {why: render_error(FileUnreadable(why, "x")).text for why in UnreadableReason},
        "store": {why: render_error(StoreUnavailable(why)).text for why in get_args(StoreFault)},
        "draft": {state: render_error(DraftUnavailable(replace(DRAFT, state=state))).text for state in states},
        "form of a value": {form: str(FORM_WORDS[form]) for form in ValueForm},
        "form problem": {each: form_problem_words(each) for each in FormProblem},
        "problem": {kind: problem_line(replace(problem, kind=kind)) for kind in ProblemKind},
        "warning": {kind: warning_lines((replace(warned, kind=kind),))[0] for kind in WarningKind},
        "foreign file": {kind: _foreign_file_words(kind) for kind in ForeignFileKind},
        "fault of a line": {fault: fault_words(fault) for fault in LineFault},
        "remedy": {cause.remedy: remedy_words(cause) for cause in CAUSES},
        "phase": {phase: render_progress(reading, phase, 1.0, None).text for phase in Phase},
        "undelivered file": {why: render_not_sent(FILE, why, "x").text for why in DeliveryFailure},
        "notice": {event: _notice_words(event) for event in get_args(Event)},
        "settled change": {each: settled_change_words("cancel", ID, each) for each in Settlement},
        "quiet place": {
            level: quiet_suffix(CardPlace("C0BATCHES", notify_level=level)) for level in get_args(NotifyLevel)
        },
        "retirement": {each: retirement_lines([RetiringModel("x", each, NOW, 1)])[0] for each in RetirementState},
        "audit outcome": {outcome: audit_line(BEN, "x", outcome).text for outcome in get_args(RecordedOutcome)},
    }


WORDS = words_by_case()
# A sample being sent holds the rest; a place without a limit needs no note; the two warnings differ in their dates.
SAME_ON_PURPOSE = {"draft": {"sending", "held"}, "quiet place": {"all"}, "notice": {"results_expire_1d"}}


@pytest.mark.parametrize("kind", WORDS)
def test_each_case_has_words_of_its_own(kind: str) -> None:
    words = {case: text for case, text in WORDS[kind].items() if case not in SAME_ON_PURPOSE.get(kind, ())}

    assert all(text.strip() for text in words.values())
    assert len(set(words.values())) == len(words)


def test_no_remedy_is_left_out() -> None:
    assert set(WORDS["remedy"]) == set(Remedy)
