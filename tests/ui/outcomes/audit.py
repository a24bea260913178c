"""Every outcome of `audit`, by the name of its golden message."""

from bot.commands.audit import Audit, AuditExported, AuditShown
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from tests.builders import ID, entry
from tests.ui.samples import REFERENCE

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

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    **{f"audit_{name}": page for name, page in AUDITS.items()},
    "audit_exported": AuditExported((entry(1), entry(2, "kept"))),
}
