"""Everything about one batch: counts, times, people, where it came from."""

from datetime import datetime

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.details import DetailsOutcome, DetailsShown
from bot.commands.edit import Edit
from bot.operations.find_batch import Reference
from bot.pricing.amounts import format_amount
from bot.store.records.labels import BatchNames
from bot.ui.components.batch_card import card_text, people_line
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import first_line
from bot.ui.components.name_lines import relative_parts
from bot.ui.components.text import code, context, date, duration, fields, header, mention, number, safe_text, section
from bot.ui.reply import Block, Message, Viewer

_OUTCOMES = ("succeeded", "errored", "expired", "canceled", "processing")


def render_details(outcome: DetailsOutcome, viewer: Viewer) -> Message:
    """Return what is known. A fact that no one knows has no line."""
    batch = outcome.batch
    names = viewer.names.get(batch.id) or BatchNames()
    blocks = [
        header(first_line(batch, names, viewer.now)),
        fields(_count_facts(batch)),
        fields(_time_facts(batch)),
        fields(_people_facts(outcome, names)),
        *_origin_sections(batch, names),
        context(code(batch.id)),
    ]
    if Permission.OPERATE in viewer.permissions:
        blocks += actions([button("Edit", Edit(reference=Reference(batch.id)))])
    text = card_text(batch, viewer.names.get(batch.id), viewer.now)
    return Message(text, tuple(blocks), public=outcome.public, modal_title="Details")


def _count_facts(batch: MessageBatch) -> list[tuple[str, str]]:
    counts = batch.request_counts
    facts = [("Requests", number(counts.total))]
    if not batch.has_ended:
        return [*facts, ("Outcomes", "reported when the batch ends")]
    outcomes = [name for name in _OUTCOMES if name != "processing" or counts.processing]
    return [*facts, *((name.capitalize(), number(getattr(counts, name))) for name in outcomes)]


def _time_facts(batch: MessageBatch) -> list[tuple[str, str]]:
    facts = [("Created", date(batch.created_at))]
    if batch.cancel_initiated_at is not None:
        facts.append(("Cancel requested", date(batch.cancel_initiated_at)))
    if batch.ended_at is not None:
        facts.append(("Ended", f"{date(batch.ended_at)}, after {duration(batch.ended_at - batch.created_at)}"))
    if not batch.has_ended:
        return [*facts, ("Expires", date(batch.expires_at))]
    if batch.archived_at is not None:
        return [*facts, ("Results removed", date(batch.archived_at))]
    return [*facts, ("Results available until", date(batch.readable_until))]


def _people_facts(outcome: DetailsShown, names: BatchNames) -> list[tuple[str, str]]:
    read = outcome.read
    people: list[tuple[str, str | None]] = [
        ("Owner", mention(names.owner) if names.owner else "none"),
        ("Sent by", names.sent_by and mention(names.sent_by)),
        ("Approved by", names.approved_by and mention(names.approved_by)),
        ("Cancel requested by", outcome.canceled_by and mention(outcome.canceled_by)),
        ("Watched by", people_line(outcome.watchers) if outcome.watchers and not outcome.batch.has_ended else None),
        ("Results read by", _act_words(read.fetched_by, read.fetched_at) if read else None),
        ("Results downloaded by", _act_words(read.taken_by, read.taken_at) if read else None),
    ]
    return [(label, words) for label, words in people if words]


def _act_words(user: str | None, at: datetime | None) -> str | None:
    return f"{mention(user)} {date(at)}" if user and at else None


def _origin_sections(batch: MessageBatch, names: BatchNames) -> list[Block]:
    lines = [f"*Note* {safe_text(names.note, 500)}"] if names.note else []
    lines += [f"*File* {safe_text(names.file_name, 100)}"] if names.file_name else []
    if names.models:
        label = "Model" if len(names.models) == 1 else "Models"
        lines.append(f"*{label}* {', '.join(code(model, 80) for model in names.models)}")
    if names.cost is not None:
        lines.append(f"*Cost* {format_amount(names.cost, complete=names.cost_complete)}")
    if names.relatives:
        lines.append(f"*Related* {', '.join(relative_parts(batch, names))}")
    return [section("\n".join(lines))] if lines else []
