"""The parts of a file that was too large for one batch, on the card of the whole."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import choice, select
from bot.ui.components.first_line import state_words, symbol
from bot.ui.components.text import neutralize, section
from bot.ui.reply import Block, Viewer


def view_whole(viewer: Viewer, parts: Sequence[MessageBatch]) -> Viewer:
    """Return the viewer for whom the first part has the names of the whole."""
    if not parts:
        return viewer
    return replace(viewer, names={**viewer.names, parts[0].id: name_whole(viewer.names, parts)})


def name_whole(names: Mapping[str, BatchNames], parts: Sequence[MessageBatch]) -> BatchNames:
    """Return the names of all parts together: those of the first, every model, and the cost if all were read."""
    known = [names.get(part.id, BatchNames()) for part in parts]
    costs = [each.cost for each in known if each.cost is not None]
    return replace(
        known[0],
        is_whole=True,
        models=tuple(dict.fromkeys(model for each in known for model in each.models)),
        cost=sum(costs, Decimal(0)) if len(costs) == len(parts) else None,
        cost_complete=all(each.cost_complete for each in known),
    )


def parts_section(parts: Sequence[MessageBatch], names: Mapping[str, BatchNames]) -> tuple[Block, ...]:
    """Return a line for each part, or nothing without parts."""
    lines = [f"{symbol(part)} {neutralize(line)}" for part, line in _part_lines(parts, names)]
    return (section("\n".join(lines)),) if lines else ()


def parts_menu(parts: Sequence[MessageBatch], names: Mapping[str, BatchNames]) -> Block | None:
    """Return the menu that opens the card of one part, or None without parts."""
    choices = [choice(line, Status(Reference(part.id), part=True)) for part, line in _part_lines(parts, names)]
    return select("Open a part…", choices)


def _part_lines(parts: Sequence[MessageBatch], names: Mapping[str, BatchNames]) -> list[tuple[MessageBatch, str]]:
    """Return each part with its line. Without the store, those that exist are counted."""
    lines = []
    for place, part in enumerate(parts, 1):
        known = names.get(part.id, BatchNames())
        which = f"Part {known.number or place} of {known.parts or len(parts)}"
        lines.append((part, f"{which} · {state_words(part)}"))
    return lines
