"""Every outcome of `audit`, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.audit import PAGE, Audit, AuditExported, AuditShown, RecordedAct
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import ADA, BEN, ID, entry
from tests.ui.samples import REFERENCE

DRAFT_ID = "39b3e76a79de6c1976577be3"
REQUEST = entry(1, "waiting", command=f"send {DRAFT_ID}", subject=DRAFT_ID)

AUDITS: dict[str, AuditShown] = {
    "every_outcome": AuditShown(
        Audit(),
        (
            RecordedAct(entry(8, "asked")),
            RecordedAct(entry(7, "kept", channel_id=None)),
            RecordedAct(entry(6, "done", detail="800 requests, 800 results (742 succeeded), $1.20")),
            RecordedAct(entry(5, "refused")),
            RecordedAct(entry(4, "failed", detail="api_error: Internal server error (HTTP 500, request req_1)")),
            RecordedAct(entry(3, "unknown", command=f"cancel {ID}")),
            RecordedAct(entry(2, None)),
            RecordedAct(REQUEST),
        ),
        Audit(before=1),
    ),
    "of_what_was_typed": AuditShown(
        Audit(by=ADA.user, since="7d"),
        (
            RecordedAct(entry(8, command=f'label {ID} "Nightly eval"')),
            RecordedAct(entry(7, command=f"label {ID} --remove", channel_id="D0ADA")),
            RecordedAct(entry(6, command=f'note {ID} "prompt v7, <!channel> *bold*"')),
            RecordedAct(entry(5, command=f"own {ID} {BEN.user}")),
            RecordedAct(entry(4, command=f"mute {ID} 2026-12-31")),
            RecordedAct(entry(3, command="mute C0BATCHES 3d", subject="C0BATCHES")),
            RecordedAct(entry(2, command="mute U0ADA 2h", subject="U0ADA")),
            RecordedAct(entry(1, command="notify failures", subject="C0BATCHES")),
        ),
        None,
    ),
    "of_approvals": AuditShown(
        Audit(),
        (
            RecordedAct(entry(4, command=f"approve {DRAFT_ID}", user_id=BEN.user), (REQUEST,)),
            RecordedAct(entry(3, "failed", command=f"approve {DRAFT_ID}", user_id=BEN.user), (REQUEST,)),
            RecordedAct(entry(2, command=f"discard {DRAFT_ID}", subject=DRAFT_ID), (REQUEST,)),
        ),
        None,
    ),
    "of_attempts": AuditShown(
        Audit(),
        (
            RecordedAct(replace(entry(8, "refused", detail="not permitted: not admin", user_id=BEN.user), times=1)),
            RecordedAct(
                replace(
                    entry(7, "refused", command="delete nightly", detail="not permitted: not admin", user_id=BEN.user),
                    times=200,
                )
            ),
            RecordedAct(entry(6, command=f"results {ID} --file", user_id=BEN.user)),
            RecordedAct(entry(5, "unknown", command="results last --merged")),
            RecordedAct(entry(4, command="audit --export", subject=None)),
            RecordedAct(entry(3, "failed", command="notice ended", detail="channel_not_found", user_id="")),
            RecordedAct(
                entry(
                    2,
                    "failed",
                    command="notice unseen",
                    channel_id="U0ADA",
                    detail="it was outdated before it could be sent",
                    user_id="",
                )
            ),
        ),
        None,
    ),
    "of_0_1_0": AuditShown(
        Audit(), (RecordedAct(entry(1, "done", command=f"send {DRAFT_ID}", subject=DRAFT_ID)),), None
    ),
    "of_one_batch": AuditShown(Audit(subject=REFERENCE, public=True), (RecordedAct(entry()),), None),
    "longest_page": AuditShown(
        Audit(), tuple(RecordedAct(entry(number)) for number in range(PAGE, 0, -1)), Audit(before=1)
    ),
    "empty": AuditShown(Audit(), (), None),
    "of_a_verb_that_is_not_there": AuditShown(Audit(only_verb="delte"), (), None, ("cancel", "delete", "label")),
    "of_no_one": AuditShown(Audit(by=BEN.user, only_verb="label", since="7d"), (), None),
}

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"audit_{name}": page for name, page in AUDITS.items()},
    "audit_exported": AuditExported((entry(1), entry(2, "kept"))),
}
