"""What each family of models accepts in `params` (docs.anthropic.com: effort, extended thinking, deprecations).

As of 2026-11-29. Rules that the documentation leaves open are not here: the simulator then accepts.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

EFFORTS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Family:
    """The rules of one family.

    `sampling` is "free", "one of two" (temperature or top_p) or "default" (only the default of each). `off_at_xhigh`
    says whether thinking may be off at the efforts xhigh and max.
    """

    thinking: frozenset[str]
    sampling: Literal["free", "one of two", "default"] = "default"
    prefill: bool = False
    efforts: tuple[str, ...] = EFFORTS
    forced_tools: bool = True
    off_at_xhigh: bool = True
    sends_region: bool = True
    refused_tools: frozenset[str] = field(default_factory=frozenset)
    refused_advisors: frozenset[str] = field(default_factory=frozenset)


def find_family(model_id: str) -> Family:
    """Return the family of an undated model id. A model of no family has the rules of the newest."""
    return _FAMILIES.get(model_id, _ALWAYS_ON)


def _thinking(*types: str) -> frozenset[str]:
    return frozenset(types)


_FOUR_FIVE = Family(_thinking("enabled", "disabled"), "one of two", prefill=True, efforts=(), sends_region=False)
_FOUR_SIX = Family(_thinking("enabled", "disabled", "adaptive"), "free", efforts=("low", "medium", "high", "max"))
_FOUR_SEVEN = Family(_thinking("disabled", "adaptive"))
_ALWAYS_ON = Family(_thinking("adaptive"))
_NO_FORCED_TOOLS = replace(_ALWAYS_ON, forced_tools=False)
_OLD_COMPUTER = frozenset({"computer_20251124"})
_WEAK_ADVISORS = frozenset({"claude-opus-4-7", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-5-5"})

_FAMILIES = {
    "claude-haiku-4-5": _FOUR_FIVE,
    "claude-sonnet-4-5": _FOUR_FIVE,
    "claude-opus-4-5": replace(_FOUR_FIVE, sampling="free", efforts=("low", "medium", "high")),
    "claude-opus-4-6": _FOUR_SIX,
    "claude-sonnet-4-6": _FOUR_SIX,
    "claude-opus-4-7": _FOUR_SEVEN,
    "claude-opus-4-8": _FOUR_SEVEN,
    "claude-sonnet-5": _FOUR_SEVEN,
    "claude-opus-5": replace(_FOUR_SEVEN, off_at_xhigh=False),
    "claude-haiku-5-5": replace(_FOUR_SEVEN, off_at_xhigh=False, refused_advisors=_WEAK_ADVISORS),
    "claude-mythos-preview": replace(
        _NO_FORCED_TOOLS, thinking=_thinking("enabled", "adaptive"), efforts=("low", "medium", "high", "max")
    ),
    "claude-fable-5": _ALWAYS_ON,
    "claude-mythos-5": _ALWAYS_ON,
    "claude-fable-5-1": _NO_FORCED_TOOLS,
    "claude-mythos-5-1": _NO_FORCED_TOOLS,
    "claude-fable-5-2": replace(_ALWAYS_ON, refused_tools=_OLD_COMPUTER),
    "claude-mythos-5-2": _ALWAYS_ON,
    "claude-opus-5-5": replace(_NO_FORCED_TOOLS, refused_tools=_OLD_COMPUTER, refused_advisors=_WEAK_ADVISORS),
    "claude-sonnet-5-5": replace(
        _NO_FORCED_TOOLS,
        thinking=_thinking("adaptive", "between_tools"),
        off_at_xhigh=False,
        refused_tools=_OLD_COMPUTER,
        refused_advisors=_WEAK_ADVISORS,
    ),
}
