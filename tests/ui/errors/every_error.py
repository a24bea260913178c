"""Every error that can reach a person, in every state in which its words differ."""

from pathlib import Path

from msgspec.structs import replace

from bot.api import errors as api
from bot.api import ids
from bot.caller import ChannelId
from bot.commands.bulk_change import BulkUnavailable
from bot.commands.language import errors as typed
from bot.commands.language.errors import MissingReference, NeedsChannel
from bot.commands.list import List
from bot.commands.stop_reading import ReadingOfAnother
from bot.confirmations import ConfirmationRefused, RefusalReason
from bot.errors import ExpectedError
from bot.operations import find_batch
from bot.operations.approval import ApprovalOfOwn, LimitReached
from bot.operations.bill_check import BillKeyMissing, BillOfAnother, BillUnreadable
from bot.operations.drafts import (
    DraftAmbiguous,
    DraftUnavailable,
    FormAlreadySubmitted,
    RequestsFileMissing,
    RetriedMeanwhile,
)
from bot.operations.interruption import Interrupted
from bot.operations.missing_batches import BatchDeletedHere
from bot.operations.progress import ReadingProgress, ReadingStopped
from bot.operations.read_results import ResultsNotSaved, ResultsNotYetAvailable, ResultsTruncated
from bot.operations.retirements import RetiresMeanwhile
from bot.operations.shared_files import FileUnreadable, NoFileInMessage, UnreadableReason
from bot.operations.work_limits import DRAFTS_OF_ALL, DRAFTS_OF_ONE, RunningWork, TooManyDrafts, TooMuchWork
from bot.operations.workspace_faults import WorkspaceFault, WorkspaceRefused
from bot.permissions import NotPermitted, RequesterNotPermitted, Rule
from bot.results.summary import (
    SummaryUnreadable,
)
from bot.scratch_file import ScratchFileFailed
from bot.slack_faults import Meaning, SlackFault
from bot.store.db.database import StoreUnavailable
from bot.store.records.drafts import OpenDrafts
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import NotOurButton
from tests.builders import (
    AT_HOME,
    BEN,
    ID,
    NOW,
    batch_id,
    entry,
)
from tests.ui.draft_samples import (
    DIVIDED,
    DRAFT,
    DRAFT_QUESTION,
    OTHER_RETRIES,
    OVER_THE_SPEND_LIMIT,
    REST,
    RETIRING,
    RETRY,
    SAMPLE_FIRST,
)
from tests.ui.result_samples import HALF_READ
from tests.ui.samples import DELETE_QUESTION, ENDED, EVERY_STATE


def _not_permitted() -> dict[str, ExpectedError]:
    errors: dict[str, ExpectedError] = {
        f"not_permitted_{rule.name.lower()}": NotPermitted(rule, BEN, frozenset({"C0BATCHES", "C0OPS"}))
        for rule in Rule
    }
    in_group = replace(AT_HOME, channel=ChannelId("C0GROUP"), is_direct=True)
    errors |= {"not_permitted_channel_hidden_in_group": NotPermitted(Rule.CHANNEL_HIDDEN, in_group)}
    faults = {
        "no_scope": SlackFault(Meaning.FOR_GOOD, "missing_scope", "users:read"),
        "dead_token": SlackFault(Meaning.FOR_GOOD, "token_revoked"),
        "no_permission": SlackFault(Meaning.FOR_GOOD, "ekm_access_denied"),
        "passing": SlackFault(Meaning.PASSING, "internal_error"),
        "unknown": SlackFault(Meaning.UNKNOWN, "invented_today"),
    }
    errors |= {
        f"not_permitted_person_unknown_{name}": NotPermitted(Rule.PERSON_UNKNOWN, BEN, fault=fault)
        for name, fault in faults.items()
    }
    errors |= {
        f"requester_{rule.name.lower()}": RequesterNotPermitted(BEN.user, NotPermitted(rule, BEN))
        for rule in (Rule.NOT_OPERATOR, Rule.PERSON_UNKNOWN)
    }
    archived = SlackFault(Meaning.FORBIDDEN_HERE, "is_archived")
    return errors | {
        "not_permitted_external_unknown_at_home": NotPermitted(Rule.EXTERNAL_UNKNOWN, AT_HOME),
        "not_permitted_external_unknown_archived": NotPermitted(Rule.EXTERNAL_UNKNOWN, BEN, fault=archived),
    }


def _not_a_yes() -> dict[str, ExpectedError]:
    errors: dict[str, ExpectedError] = {
        f"confirmation_{why.name.lower()}": ConfirmationRefused(
            why,
            None if why is RefusalReason.UNKNOWN else DELETE_QUESTION,
            entry() if why in (RefusalReason.USED, RefusalReason.KEPT) else None,
            command=f"delete {ID}" if why in (RefusalReason.UNKNOWN, RefusalReason.OTHER_COMMAND) else "",
        )
        for why in RefusalReason
    }
    return errors | {
        "confirmation_used_under_way": ConfirmationRefused(RefusalReason.USED, DELETE_QUESTION, entry(outcome=None)),
        "confirmation_other_person_unnamed": ConfirmationRefused(RefusalReason.OTHER_PERSON),
        "confirmation_lapsed_unnamed": ConfirmationRefused(RefusalReason.LAPSED),
    }


SLACK_SAID = {
    UnreadableReason.NOT_THERE: "file_not_found",
    UnreadableReason.NO_SCOPE: "missing_scope",
    UnreadableReason.NOT_PERMITTED: "access_denied",
    UnreadableReason.SLACK: "internal_error",
}
READ_AGAIN = f"results {ID} --file"
CHECKED_WORK = RunningWork("requests *of* <today>.jsonl", "create F0123456789")
READ_WORK = RunningWork(ID, READ_AGAIN)

ERRORS: dict[str, ExpectedError] = {
    **_not_permitted(),
    **_not_a_yes(),
    "too_much_work_of_one": TooMuchWork((CHECKED_WORK, READ_WORK, READ_WORK, RunningWork("", "results last")), 9, 4),
    "too_much_work_of_all": TooMuchWork((READ_WORK,), 12, 12),
    "too_much_work_of_others": TooMuchWork((), 12, 12),
    "too_many_drafts_of_one": TooManyDrafts(OpenDrafts(25, 58_641_950, (DRAFT, RETRY)), DRAFTS_OF_ONE, is_own=True),
    "too_many_drafts_of_all": TooManyDrafts(OpenDrafts(0, 0), DRAFTS_OF_ALL, is_own=False),
    "too_long": typed.TextTooLong("", 10_000, 3_000),
    "unknown_verb": typed.UnknownVerb("", "xyzzy", None),
    "unknown_verb_suggestion": typed.UnknownVerb("", "delte", "delete"),
    "unknown_option": typed.UnknownOption(
        "list", "size", tuple(option.name for option in List.options if option.meaning)
    ),
    "unknown_option_near": typed.UnknownOption("list", "labels", ("label", "owner", "limit")),
    "unknown_option_of_none": typed.UnknownOption("delete", "force", ()),
    "unknown_option_without_verb": typed.UnknownOption("", "all", ("public",)),
    "missing_value": typed.MissingValue("list", "limit", needs_value=True),
    "unwanted_value": typed.MissingValue("audit", "export", needs_value=False),
    "bad_value": typed.BadValue("list", "99", typed.ValueForm.LIST_LIMIT),
    "bad_state": typed.BadValue("list", "runing", typed.ValueForm.LIST_STATUS),
    "missing_note": typed.BadValue("note", "", typed.ValueForm.NOTE),
    "unexpected_word": typed.UnexpectedWord("status", "too"),
    "missing_reference": typed.MissingReference("cancel"),
    "no_batches": find_batch.NoBatches(),
    "no_ended_batches": find_batch.NoBatches(ended=True),
    "batch_deleted_here": BatchDeletedHere(ID, BEN.user, NOW),
    "reference_near_labels": find_batch.ReferenceNotFound("nighty", 12, all_searched=True, near=("nightly eval",)),
    "reference_not_found": find_batch.ReferenceNotFound("01Hkc", 4_321, all_searched=True),
    "reference_not_found_in_newest": find_batch.ReferenceNotFound("01Hkc", 5_000, all_searched=False),
    "reference_ambiguous": find_batch.ReferenceAmbiguous("01", EVERY_STATE[:10], 23),
    "reference_ambiguous_label": find_batch.ReferenceAmbiguous(
        "01", EVERY_STATE[:2], 2, {EVERY_STATE[1].id: BatchNames(label="01 <eval>")}
    ),
    "invalid_id": ids.InvalidBatchId("../models", "contains '/' at position 3"),
    "results_broken": api.ResultsBroken(10, 2_048, "line 11 is not JSON"),
    "batch_not_found": api.BatchNotFound("not_found_error", "No such batch", 404, "req_011CQ", batch_id=ID),
    "rejected": api.ApiRejected("invalid_request_error", "Message Batch cannot be deleted", 400, "req_011CQ"),
    "request_too_large": api.RequestTooLarge("http_413", "HTTP 413 Request Entity Too Large", 413, sent=255_900_000),
    "account_refused": api.ApiRejected(
        "invalid_request_error", "Disabled.", 400, "req_011CQ", code="organization_on_hold"
    ),
    "foreign_answer": api.ApiRejected("http_403", "403 Forbidden", 403),
    "key_refused": api.KeyRefused("authentication_error", "invalid x-api-key", 401, "req_011CQ"),
    "wrong_workspace": api.WrongWorkspace("wrong_workspace", "", expected="wrkspc_01a", found="wrkspc_01b"),
    "workspace_not_named": api.WrongWorkspace("wrong_workspace", "", expected="wrkspc_01a", found=None),
    "workspace_unchecked": api.WorkspaceUnchecked("timeout", "no whole answer within 60 s", may_have_happened=False),
    "no_access_token": api.NoAccessToken("identity_token", "it expired at 2026-11-20 14:00 UTC", fault="expired"),
    "key_may_not": api.KeyRefused("permission_error", "Not allowed", 403, "req_011CQ"),
    "rate_limited": api.RateLimited("rate_limit_error", "Too many requests", 429, "req_011CQ", retry_after=61.0),
    "rate_limited_for_a_while": api.RateLimited("rate_limit_error", "Too many requests", 429),
    "spend_limit": api.SpendLimitReached("rate_limit_error", "You have reached your monthly limit", 429, "req_011CQ"),
    "unavailable": api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ"),
    "unavailable_unsent": api.ApiUnavailable("connection", "connection refused", may_have_happened=False),
    "overloaded": api.ApiUnavailable("overloaded_error", "Overloaded", 529, retry_after=5.0, may_have_happened=False),
    "store_locked": StoreUnavailable("locked"),
    "store_full": StoreUnavailable("full"),
    "not_our_button": NotOurButton(),
    "bulk_unavailable": BulkUnavailable("bulk_0123456789abcdef"),
    "bill_key_missing": BillKeyMissing(),
    "bill_of_another": BillOfAnother(),
    "bill_key_refused": BillUnreadable(
        api.KeyRefused("permission_error", "Scopes: none. Required: x.", 403, "req_011CQ")
    ),
    "bill_refused": BillUnreadable(api.ApiRejected("invalid_request_error", "Not with HIPAA.", 400, "req_011CQ")),
    "bill_refused_by_a_proxy": BillUnreadable(api.ApiRejected("http_403", "403 Forbidden", 403)),
    "bill_unavailable": BillUnreadable(api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ")),
    **{
        f"file_{why.name.lower()}": FileUnreadable(why, "requests.jsonl", SLACK_SAID.get(why, ""))
        for why in UnreadableReason
    },
    **{
        f"draft_{state}": DraftUnavailable(replace(DRAFT, state=state, batch_id=ID))
        for state in ("sent", "sending", "waiting", "unknown", "dropped", "held")
    },
    "draft_split": DraftUnavailable(replace(SAMPLE_FIRST, state="split", rest_id=REST.id)),
    "draft_parts_sent": DraftUnavailable(replace(DIVIDED, state="sent")),
    "draft_parts_unknown": DraftUnavailable(replace(DIVIDED, state="unknown")),
    "draft_unknown_to_us": DraftUnavailable(None),
    "draft_ambiguous": DraftAmbiguous("requests *of* <today>.jsonl", (DRAFT, REST)),
    "draft_ambiguous_among_many": DraftAmbiguous("012345", (DRAFT, replace(DRAFT, id=f"{DRAFT.id[:-1]}f")) * 4),
    "confirmation_lapsed_of_a_draft": ConfirmationRefused(RefusalReason.LAPSED, DRAFT_QUESTION),
    "approval_of_own": ApprovalOfOwn(DRAFT),
    "spool_gone": RequestsFileMissing(DRAFT),
    "spool_changed": RequestsFileMissing(DRAFT, is_changed=True),
    "limit_reached": LimitReached(DRAFT, OVER_THE_SPEND_LIMIT),
    "retried_meanwhile": RetriedMeanwhile(RETRY, (batch_id(7),)),
    "retried_meanwhile_by_many": RetriedMeanwhile(RETRY, OTHER_RETRIES),
    "retires_meanwhile": RetiresMeanwhile(DRAFT, RETIRING[1:2]),
    "retires_no_more": RetiresMeanwhile(replace(DRAFT, state="waiting"), (), ("claude-next",)),
    "retires_one_less": RetiresMeanwhile(DRAFT, RETIRING[1:2], ("claude-late", "claude-gone")),
    "retried_meanwhile_by_none": RetriedMeanwhile(RETRY, ()),
    "retried_before_approval": RetriedMeanwhile(replace(RETRY, state="waiting"), (f"draft {DRAFT.id}",)),
    "missing_draft": MissingReference("send"),
    "missing_custom_id": typed.MissingCustomId("show", "last"),
    "missing_file": MissingReference("create"),
    "missing_command": MissingReference("explain"),
    "form_used": FormAlreadySubmitted(),
    "no_file_in_message": NoFileInMessage(),
    "requests_unreadable": api.RequestsUnreadable(Path("kept.gz"), "it is damaged", batch_id=ID),
    "checked_file_unreadable": api.RequestsUnreadable(Path("checked.jsonl"), "it is damaged"),
    "results_cut": ResultsTruncated(ENDED, HALF_READ, READ_AGAIN, "ReadError: the peer closed the connection"),
    "results_not_there_yet": ResultsNotYetAvailable(ENDED, ReadingProgress(), f"results {ID}"),
    "results_disk_full": ResultsNotSaved(ENDED, HALF_READ, READ_AGAIN, full=True, reason="No space left on device"),
    "results_disk_refused": ResultsNotSaved(
        ENDED, ReadingProgress(), READ_AGAIN, full=False, reason="Permission denied"
    ),
    "reading_stopped": ReadingStopped(HALF_READ, READ_AGAIN, closing=False),
    "interrupted": Interrupted(again=f"status {ID}"),
    "interrupted_before_a_change": Interrupted(before_change=True),
    "interrupted_in_a_change": Interrupted(in_change=True),
    "reading_stopped_closing": ReadingStopped(ReadingProgress(), "", closing=True),
    "reading_of_another": ReadingOfAnother(BEN.user),
    "spool_failed": ScratchFileFailed(full=True, reason="No space left on device"),
    "spool_forbidden": ScratchFileFailed(full=False, reason="Permission denied"),
    "summary_unreadable": SummaryUnreadable("its version is 7, not 1"),
    "needs_channel": NeedsChannel("notify"),
    "workspace_unknown": WorkspaceRefused(WorkspaceFault.UNKNOWN, "prod", known=("production", "development")),
    "workspace_unknown_to_them": WorkspaceRefused(WorkspaceFault.UNKNOWN, "prod"),
    "workspace_gone": WorkspaceRefused(WorkspaceFault.GONE),
    "workspace_in_channel": WorkspaceRefused(WorkspaceFault.IN_CHANNEL, of_channel="production"),
    "workspace_moved": WorkspaceRefused(WorkspaceFault.MOVED, "production", "development"),
}
