"""Everything the bot can say: each outcome in every state, drawn for everyone it looks different to, and each error."""

from datetime import timedelta

from bot.api import errors as api
from bot.api import ids
from bot.commands.audit import Audit, AuditExported, AuditShown
from bot.commands.cancel import AlreadyCanceling, Cancel, CancelChange, CancelRequested, CancelTooLate
from bot.commands.delete import (
    AlreadyGone,
    Delete,
    DeleteChange,
    Deleted,
    DeleteDidNotHappen,
    DeleteRefused,
    DeleteUnknown,
)
from bot.commands.help import HelpShown
from bot.commands.keep import Kept
from bot.commands.language import errors as typed
from bot.commands.list import BatchList, List
from bot.commands.overview import OverviewShown
from bot.commands.registry import SHOWN, Outcome
from bot.commands.status import BatchShown
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, RefusalReason
from bot.errors import ExpectedError
from bot.operations import find_batch
from bot.operations.find_batch import Reference
from bot.permissions import NotPermitted, Rule
from bot.store.db.database import StoreUnavailable
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import NotOurButton
from bot.ui.errors.render import render_error, render_unexpected
from bot.ui.home import render_tab_failed
from bot.ui.render import render
from bot.ui.reply import Form, Message, Reply, Viewer
from bot.ui.unknown_input import render_unknown_command, render_unknown_press, render_unknown_shortcut
from tests.builders import ADA, ADMIN, AT_HOME, BATCHES, BEN, ID, NOW, VIEWERS, batch_id, canceling, entry, running
from tests.ui import create_catalog, results_catalog, watching_catalog

Drawable = Outcome | ConfirmationNeeded

ENDED = BATCHES["ended_some_succeeded"]
MANY = tuple(batch.model_copy(update={"id": batch_id(number)}) for number, batch in enumerate(BATCHES.values()))
REFERENCE = Reference(ID)
QUESTION = StoredConfirmation(
    id="the-confirmation-id",
    user_id=ADA.user,
    team_id=ADA.team,
    command=f"delete {ID}",
    subject=ID,
    state="ended 0/1161/31/3/5",
    asked_at=NOW,
    expires_at=NOW + timedelta(minutes=5),
)

LISTS: dict[str, BatchList] = {
    "first_page": BatchList(List(), MANY[:10], List(after=MANY[9].id), None, 10),
    "middle_page": BatchList(
        List(status="ended", older_than="1h", limit=3, after=MANY[3].id),
        MANY[4:7],
        List(status="ended", older_than="1h", limit=3, after=MANY[6].id),
        List(status="ended", older_than="1h", limit=3, before=MANY[4].id),
        412,
    ),
    "longest_page": BatchList(List(limit=20), MANY + MANY[:7], List(limit=20, after=MANY[6].id), None, 20),
    "public": BatchList(List(public=True), MANY[:1], None, None, 1),
    "empty": BatchList(List(status="canceling"), (), None, None, 1_234),
}
AUDITS: dict[str, AuditShown] = {
    "every_outcome": AuditShown(
        Audit(),
        (
            entry(7, "asked"),
            entry(6, "kept", channel_id=None),
            entry(5, "done"),
            entry(4, "refused"),
            entry(3, "failed", detail="api_error: Internal server error (HTTP 500, request req_1)"),
            entry(2, "unknown", command=f"cancel {ID}"),
            entry(1, None),
        ),
        Audit(before=1),
    ),
    "of_one_batch": AuditShown(Audit(subject=REFERENCE, public=True), (entry(),), None),
    "longest_page": AuditShown(Audit(), tuple(entry(number) for number in range(15, 0, -1)), Audit(before=1)),
    "empty": AuditShown(Audit(), (), None),
}
OUTCOMES: dict[str, Drawable] = {
    **{f"status_{name}": BatchShown(batch, public=False) for name, batch in BATCHES.items()},
    "status_public": BatchShown(ENDED, public=True),
    "status_canceled_by": BatchShown(canceling(), public=False, canceled_by=BEN.user),
    "overview": OverviewShown((running(id=batch_id(1)), canceling(id=batch_id(2))), ENDED),
    "overview_of_many": OverviewShown(tuple(running(number, id=batch_id(number)) for number in range(1, 101)), None),
    "overview_nothing_running": OverviewShown((), ENDED),
    "overview_empty": OverviewShown((), None),
    **{f"list_{name}": page for name, page in LISTS.items()},
    "help": HelpShown(None),
    **{f"help_{command.verb}": HelpShown(command.verb) for command in SHOWN},
    "help_misspelt": HelpShown("delte"),
    "help_unknown": HelpShown("xyzzy"),
    "cancel_requested": CancelRequested(canceling()),
    "cancel_requested_and_over": CancelRequested(BATCHES["ended_canceled"]),
    "cancel_too_late": CancelTooLate(BATCHES["ended_all_succeeded"]),
    "cancel_twice": AlreadyCanceling(canceling()),
    "delete_refused": DeleteRefused(running()),
    "delete_refused_canceling": DeleteRefused(canceling()),
    "deleted": Deleted(ID, answered=True),
    "deleted_unanswered": Deleted(ID, answered=False),
    "delete_already_gone": AlreadyGone(ID),
    "delete_did_not_happen": DeleteDidNotHappen(ENDED),
    "delete_unknown": DeleteUnknown(ID),
    **{f"audit_{name}": page for name, page in AUDITS.items()},
    "audit_exported": AuditExported((entry(1), entry(2, "kept"))),
    "kept": Kept(ID),
    "kept_nothing": Kept(None),
    "question_delete": ConfirmationNeeded(DeleteChange(Delete(REFERENCE), ENDED), QUESTION.id, QUESTION.expires_at),
    "question_delete_archived": ConfirmationNeeded(
        DeleteChange(Delete(REFERENCE), BATCHES["archived"]), QUESTION.id, QUESTION.expires_at
    ),
    "question_cancel": ConfirmationNeeded(
        CancelChange(Cancel(REFERENCE), running(), asks=True), QUESTION.id, QUESTION.expires_at
    ),
    **results_catalog.OUTCOMES,
    **create_catalog.OUTCOMES,
    **watching_catalog.OUTCOMES,
}
FOR_EVERYONE = ("status_", "help", "delete_refused", "cancel_")
"""How the names begin of what differs by what its reader may do; the rest is drawn for an administrator."""


def _not_permitted() -> dict[str, ExpectedError]:
    errors: dict[str, ExpectedError] = {
        f"not_permitted_{rule.name.lower()}": NotPermitted(rule, BEN, frozenset({"C0BATCHES", "C0OPS"}))
        for rule in Rule
    }
    return errors | {"not_permitted_external_unknown_at_home": NotPermitted(Rule.EXTERNAL_UNKNOWN, AT_HOME)}


def _not_a_yes() -> dict[str, ExpectedError]:
    errors: dict[str, ExpectedError] = {
        f"confirmation_{why.name.lower()}": ConfirmationRefused(
            why,
            None if why is RefusalReason.UNKNOWN else QUESTION,
            entry() if why in (RefusalReason.USED, RefusalReason.KEPT) else None,
        )
        for why in RefusalReason
    }
    return errors | {
        "confirmation_used_under_way": ConfirmationRefused(RefusalReason.USED, QUESTION, entry(outcome=None)),
        "confirmation_other_person_unnamed": ConfirmationRefused(RefusalReason.OTHER_PERSON),
        "confirmation_lapsed_unnamed": ConfirmationRefused(RefusalReason.LAPSED),
    }


ERRORS: dict[str, ExpectedError] = {
    **_not_permitted(),
    **_not_a_yes(),
    "too_long": typed.TextTooLong("", 10_000, 3_000),
    "unknown_verb": typed.UnknownVerb("", "xyzzy", None),
    "unknown_verb_suggestion": typed.UnknownVerb("", "delte", "delete"),
    "unknown_option": typed.UnknownOption("list", "size", ("public", "older-than", "limit")),
    "unknown_option_of_none": typed.UnknownOption("delete", "force", ()),
    "unknown_option_without_verb": typed.UnknownOption("", "all", ("public",)),
    "missing_value": typed.MissingValue("list", "limit", needs_value=True),
    "unwanted_value": typed.MissingValue("audit", "export", needs_value=False),
    "bad_value": typed.BadValue("list", "99", typed.ValueForm.LIST_LIMIT),
    "unexpected_word": typed.UnexpectedWord("status", "too"),
    "missing_reference": typed.MissingReference("cancel"),
    "no_batches": find_batch.NoBatches(),
    "reference_not_found": find_batch.ReferenceNotFound("01Hkc", 4_321, all_searched=True),
    "reference_not_found_in_newest": find_batch.ReferenceNotFound("01Hkc", 5_000, all_searched=False),
    "reference_ambiguous": find_batch.ReferenceAmbiguous("01", MANY[:10], 23),
    "reference_ambiguous_label": find_batch.ReferenceAmbiguous(
        "01", MANY[:2], 2, {MANY[1].id: BatchNames(label="01 <eval>")}
    ),
    "invalid_id": ids.InvalidBatchId("../models", "holds '/' at position 3"),
    "results_broken": api.ResultsBroken(10, 2_048, "line 11 is not JSON"),
    "batch_not_found": api.BatchNotFound("not_found_error", "No such batch", 404, "req_011CQ", batch_id=ID),
    "rejected": api.ApiRejected("invalid_request_error", "Message Batch cannot be deleted", 400, "req_011CQ"),
    "key_refused": api.KeyRefused("authentication_error", "invalid x-api-key", 401, "req_011CQ"),
    "rate_limited": api.RateLimited("rate_limit_error", "Too many requests", 429, "req_011CQ", retry_after=61.0),
    "rate_limited_for_a_while": api.RateLimited("rate_limit_error", "Too many requests", 429),
    "spend_limit": api.SpendLimitReached("rate_limit_error", "You have reached your monthly limit", 429, "req_011CQ"),
    "unavailable": api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ"),
    "unavailable_unsent": api.ApiUnavailable("connection", "connection refused", may_have_happened=False),
    "overloaded": api.ApiUnavailable("overloaded_error", "Overloaded", 529, retry_after=5.0, may_have_happened=False),
    "store_locked": StoreUnavailable("locked"),
    "store_full": StoreUnavailable("full"),
    "not_our_button": NotOurButton(),
    **results_catalog.ERRORS,
    **create_catalog.ERRORS,
    **watching_catalog.ERRORS,
}
OTHERS: dict[str, Message] = {
    "unavailable_in_doubt": render_error(
        api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ"), acted=True
    ),
    "home_failed": render_tab_failed(render_error(api.ApiUnavailable("overloaded_error", "Overloaded", 529)), NOW),
    "unexpected": render_unexpected("bd-3f9a1c"),
    "unknown_command": render_unknown_command("/batches"),
    "unknown_press": render_unknown_press(),
    "unknown_shortcut": render_unknown_shortcut(),
    **create_catalog.OTHERS,
}


def _drawings() -> dict[str, tuple[Drawable, Viewer]]:
    cases: dict[str, tuple[Drawable, Viewer]] = {}
    for name, outcome in OUTCOMES.items():
        if name.startswith(FOR_EVERYONE):
            cases |= {f"{name}_for_{who}": (outcome, viewer) for who, viewer in VIEWERS.items()}
        else:
            cases[name] = (outcome, ADMIN)
    return cases


DRAWINGS = _drawings()


def message_of(reply: Reply) -> Message:
    """Return the message of a reply; a file comes with one."""
    assert not isinstance(reply, Form), "a form is no message"
    return reply if isinstance(reply, Message) else reply.message


def payload_of(message: Message) -> dict[str, object]:
    """Return what Slack is given, as it can be pasted into its Block Kit Builder."""
    return {"text": message.text, "blocks": [dict(block) for block in message.blocks]}


def view_blocks_of(message: Message) -> list[dict[str, object]]:
    """Return the blocks as a modal and the Home tab get them."""
    blocks = message.blocks if message.fallback_blocks is None else message.fallback_blocks
    return [dict(block) for block in blocks]


def messages() -> dict[str, Message]:
    """Return every message of the catalogue, by its name."""
    return (
        {name: message_of(render(outcome, viewer)) for name, (outcome, viewer) in DRAWINGS.items()}
        | {f"error_{name}": render_error(error) for name, error in ERRORS.items()}
        | {f"other_{name}": message for name, message in OTHERS.items()}
    )
