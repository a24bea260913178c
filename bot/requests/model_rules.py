"""What each model accepts: what `GET /v1/models` says of it, else a dated table.

Source of the table: docs.anthropic.com (deprecations, effort, extended thinking, what's new in each model). The Models
API tells neither sampling parameters nor prefill nor forced tools.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.api.model_catalog import ModelCatalog, ModelInfo

TABLE_DATE = "2026-11-29"
"""The day on which the table was compared with the documentation."""

EFFORTS = ("low", "medium", "high", "xhigh", "max")
LARGE_OUTPUT = 300_000
"""What the beta for large outputs raises `max_tokens` to, in batches only."""
_ABOVE_ANY_MODEL = 1_000_000_000
"""Tokens of an answer; an own limit for models whose limit is unknown."""
_SMALL_WINDOW = 200_000
_MAX_IMAGES_SMALL, _MAX_IMAGES = 100, 600
"""Images in a request, by the context window (docs.anthropic.com, Vision)."""
_DATE = re.compile(r"-(?:\d{8}|latest)$")
_CLAUDE = re.compile(r"claude-[a-z0-9]+(?:-[a-z0-9]+)*")


class Verdict(Enum):
    """Whether a model accepts something. `UNCERTAIN` where the documentation leaves it open or contradicts itself."""

    ACCEPTED = "accepted"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"

    @property
    def is_refused(self) -> bool:
        """Whether the API surely refuses it."""
        return self is Verdict.REFUSED


_YES, _MAYBE, _NO = Verdict.ACCEPTED, Verdict.UNCERTAIN, Verdict.REFUSED


class ModelRules(Struct, frozen=True):
    """The rules of a model.

    Attributes:
        sampling: "free", or "default" if only the default value of each sampling parameter is accepted.
        both: whether `temperature` and `top_p` may both be set.
        thinking: by its type; a type that is missing is uncertain.
        efforts: the levels; empty if it is not known which.
        effort: whether levels are accepted at all.
        off_at_xhigh: whether thinking may be off at the efforts xhigh and max.
        prefill: whether the last turn may be the assistant's.
        forced_tools: whether `tool_choice` may force a tool.
        region: whether `inference_geo` is accepted.
        images, pdfs: whether images and PDF documents are accepted.
        refused_tools: types of tools that are refused.
        refused_advisors: models that are refused as the model of an advisor tool.
        large_output: whether the beta for large outputs raises `max_tokens`.
        max_tokens, max_images: limits.
        is_in_table: whether the table has the model.
    """

    sampling: Literal["free", "default"] = "free"
    both: Verdict = _YES
    thinking: Mapping[str, Verdict] = {}
    efforts: tuple[str, ...] = ()
    effort: Verdict = _YES
    off_at_xhigh: bool = True
    prefill: Verdict = _YES
    forced_tools: Verdict = _YES
    region: Verdict = _YES
    images: bool = True
    pdfs: bool = True
    structured_outputs: Verdict = _YES
    refused_tools: frozenset[str] = frozenset()
    refused_advisors: frozenset[str] = frozenset()
    large_output: Verdict = _YES
    max_tokens: int = _ABOVE_ANY_MODEL
    max_images: int = _MAX_IMAGES
    is_in_table: bool = True


def _thinking(enabled: Verdict, disabled: Verdict, adaptive: Verdict, between_tools: Verdict) -> dict[str, Verdict]:
    return {"enabled": enabled, "disabled": disabled, "adaptive": adaptive, "between_tools": between_tools}


# A 4.5 model does not think adaptively by the documentation, but no refusal was seen.
_FOUR_FIVE = ModelRules(
    both=_NO,
    thinking=_thinking(_YES, _YES, _MAYBE, _NO),
    effort=_MAYBE,
    region=_MAYBE,
    large_output=_MAYBE,
    max_tokens=64_000,
    max_images=_MAX_IMAGES_SMALL,
)
_FOUR_SIX = ModelRules(
    both=_MAYBE,
    thinking=_thinking(_YES, _YES, _YES, _MAYBE),
    efforts=("low", "medium", "high", "max"),
    prefill=_NO,
    max_tokens=128_000,
)
_FOUR_SEVEN = ModelRules("default", _YES, _thinking(_NO, _YES, _YES, _MAYBE), EFFORTS, prefill=_NO, max_tokens=128_000)
_ALWAYS_ON = replace(_FOUR_SEVEN, thinking=_thinking(_NO, _NO, _YES, _MAYBE))
_UNFORCED = replace(_ALWAYS_ON, forced_tools=_NO)
_FIVE_TWO = replace(_ALWAYS_ON, forced_tools=_MAYBE)
_OLD_COMPUTER = frozenset({"computer_20251124"})
_WEAK_ADVISORS = frozenset({"claude-opus-4-7", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-5-5"})

_TABLE: dict[str, ModelRules] = {
    "claude-haiku-4-5": _FOUR_FIVE,
    "claude-sonnet-4-5": _FOUR_FIVE,
    "claude-opus-4-5": replace(_FOUR_FIVE, both=_MAYBE, effort=_YES, efforts=("low", "medium", "high")),
    "claude-opus-4-6": _FOUR_SIX,
    "claude-sonnet-4-6": _FOUR_SIX,
    "claude-opus-4-7": _FOUR_SEVEN,
    "claude-opus-4-8": _FOUR_SEVEN,
    "claude-sonnet-5": _FOUR_SEVEN,
    "claude-opus-5": replace(_FOUR_SEVEN, off_at_xhigh=False),
    "claude-haiku-5-5": replace(_FOUR_SEVEN, off_at_xhigh=False, refused_advisors=_WEAK_ADVISORS),
    "claude-mythos-preview": replace(
        _UNFORCED, thinking=_thinking(_YES, _NO, _YES, _MAYBE), efforts=("low", "medium", "high", "max")
    ),
    "claude-fable-5": replace(_ALWAYS_ON, forced_tools=_MAYBE),
    "claude-mythos-5": replace(_ALWAYS_ON, forced_tools=_MAYBE),
    "claude-fable-5-1": _UNFORCED,
    "claude-mythos-5-1": _UNFORCED,
    "claude-fable-5-2": replace(_FIVE_TWO, refused_tools=_OLD_COMPUTER),
    "claude-mythos-5-2": _FIVE_TWO,
    "claude-opus-5-5": replace(_UNFORCED, refused_tools=_OLD_COMPUTER, refused_advisors=_WEAK_ADVISORS),
    "claude-sonnet-5-5": replace(
        _UNFORCED,
        thinking=_thinking(_NO, _NO, _YES, _YES),
        off_at_xhigh=False,
        refused_tools=_OLD_COMPUTER,
        refused_advisors=_WEAK_ADVISORS,
    ),
}
RETIRED = frozenset(
    (
        "claude-opus-4-1",
        "claude-opus-4-0",
        "claude-opus-4",
        "claude-sonnet-4-0",
        "claude-sonnet-4",
        "claude-3-7-sonnet",
        "claude-3-5-haiku",
        "claude-3-haiku",
    )
)
"""Models that were retired by the day of the table, without their dates."""

_UNKNOWN = ModelRules(is_in_table=False)


def find_rules(name: str, catalog: ModelCatalog | None) -> ModelRules:
    """Return the rules of a model: what the API says of it, and the table for the rest."""
    info = catalog.find(name) if catalog else None
    rules = _TABLE.get(undated(info.id if info else name), _UNKNOWN)
    return rules if info is None else _apply_capabilities(rules, info)


def undated(name: str) -> str:
    """Return the name of a model without its date or `-latest`."""
    return _DATE.sub("", name)


def is_in_table(name: str) -> bool:
    """Return whether the table has the model."""
    return undated(name) in _TABLE


def may_be_new(name: str) -> bool:
    """Return whether the name has the form of a Claude model's, so that it may be newer than all that is known."""
    return _CLAUDE.fullmatch(name) is not None


def _apply_capabilities(rules: ModelRules, info: ModelInfo) -> ModelRules:
    """Return the rules with what the API says (docs.anthropic.com, Models API).

    A thinking type that it does not support is a promise of a refusal only for `disabled` and `between_tools`. Every
    model that does not support `enabled` refuses it, but no refusal of `adaptive` was seen.
    """
    if info.max_tokens is not None:
        rules = replace(rules, max_tokens=info.max_tokens)
    if info.max_input_tokens is not None:
        is_small = info.max_input_tokens <= _SMALL_WINDOW
        rules = replace(rules, max_images=_MAX_IMAGES_SMALL if is_small else _MAX_IMAGES)
    capabilities = info.capabilities
    if capabilities is None:
        return rules
    types = capabilities.thinking.types if capabilities.thinking else {}
    thinking = dict(rules.thinking)
    for name, support in types.items():
        if support is None:
            continue
        thinking[name] = _YES if support.supported else _MAYBE if name == "adaptive" else _NO
    effort, efforts = rules.effort, rules.efforts
    if (levels := capabilities.effort) is not None:
        effort = _YES if levels.supported else _MAYBE
        efforts = tuple(name for name in EFFORTS if levels.supports(name, default=name in efforts))
    return replace(
        rules,
        thinking=thinking,
        effort=effort,
        efforts=efforts if effort is _YES else (),
        images=capabilities.image_input is None or capabilities.image_input.supported,
        pdfs=capabilities.pdf_input is None or capabilities.pdf_input.supported,
        structured_outputs=_YES
        if capabilities.structured_outputs is None or capabilities.structured_outputs.supported
        else _MAYBE,
    )
