"""What a cost does not include, in words."""

from bot.results.summary import CostSummary
from bot.ui.components.text import code, quantity

_SHOWN = 5


def cost_gaps(cost: CostSummary) -> list[str]:
    """Return what the cost does not include. Empty for a complete cost."""
    parts = []
    if cost.unknown_models:
        parts.append(f"no known price for {_name_list(cost.unknown_models)}")
    if cost.unknown_regions:
        parts.append(f"no known price for the region {_name_list(cost.unknown_regions)}")
    if cost.web_searches:
        are = "is" if cost.web_searches == 1 else "are"
        parts.append(f"{quantity(cost.web_searches, 'web search', 'web searches')} {are} not included")
    if cost.unknown_classes:
        parts.append(f"no known price for {_name_list(cost.unknown_classes)}")
    if cost.unknown_iterations:
        parts.append(f"no known price for iterations of type {_name_list(cost.unknown_iterations)}")
    if cost.unknown_tools:
        parts.append(f"no known price for the tool {_name_list(cost.unknown_tools)}")
    if cost.length_steps:
        parts.append(f"{quantity(cost.length_steps, 'request')} may be billed as long prompts")
    if cost.outdated:
        were = "was" if cost.outdated == 1 else "were"
        read = f"{quantity(cost.outdated, 'batch', 'batches')} {were} read by an earlier version"
        parts.append(f"{read}, which didn't count compaction or advisors")
    if cost.unreadable:
        parts.append(f"tokens of {quantity(cost.unreadable, 'request')} can't be read")
    return parts


def _name_list(names: tuple[str, ...]) -> str:
    shown = ", ".join(code(name, 80) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
