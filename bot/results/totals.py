"""Add up what several results files say: the parts of a file that was too large for one batch."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from operator import attrgetter

from msgspec.structs import replace

from bot.results.causes import MAX_SAMPLES, Cause, CauseKey
from bot.results.summary import (
    BrokenLines,
    CostSummary,
    MissingResults,
    ModelUse,
    OutcomeCounts,
    ResultsSummary,
    StopReason,
    TextlessAnswers,
)


def add_up_costs(costs: Sequence[CostSummary]) -> CostSummary:
    """Return the cost of everything together."""
    return CostSummary(
        amount=sum((cost.amount for cost in costs), Decimal(0)),
        unknown_models=_merge_names(cost.unknown_models for cost in costs),
        unknown_regions=_merge_names(cost.unknown_regions for cost in costs),
        web_searches=sum(cost.web_searches for cost in costs),
        unreadable=sum(cost.unreadable for cost in costs),
        unknown_classes=_merge_names(cost.unknown_classes for cost in costs),
        unknown_iterations=_merge_names(cost.unknown_iterations for cost in costs),
        unknown_tools=_merge_names(cost.unknown_tools for cost in costs),
        length_steps=sum(cost.length_steps for cost in costs),
        outdated=sum(cost.outdated for cost in costs),
    )


def add_up_summaries(summaries: Sequence[ResultsSummary]) -> ResultsSummary:
    """Return one summary of several files. The median of the output of several files is not known."""
    if len(summaries) == 1:
        return summaries[0]
    counts = [each.counts for each in summaries]
    broken = [each.broken for each in summaries]
    textless = [each.textless for each in summaries]
    missing = [each.missing for each in summaries]
    return ResultsSummary(
        counts=OutcomeCounts(
            sum(each.succeeded for each in counts),
            sum(each.errored for each in counts),
            sum(each.canceled for each in counts),
            sum(each.expired for each in counts),
        ),
        causes=_add_up_causes(chain.from_iterable(each.causes for each in summaries)),
        other_causes=sum(each.other_causes for each in summaries),
        stop_reasons=_add_up_stops(chain.from_iterable(each.stop_reasons for each in summaries)),
        models=_add_up_models(chain.from_iterable(each.models for each in summaries)),
        output=None,
        cost=add_up_costs([each.cost for each in summaries]),
        lines=sum(each.lines for each in summaries),
        bytes_read=sum(each.bytes_read for each in summaries),
        broken=BrokenLines(sum(each.count for each in broken), broken[0].first, any(each.cut_off for each in broken)),
        duplicates=sum(each.duplicates for each in summaries),
        textless=TextlessAnswers(
            sum(each.count for each in textless), sum(each.tool_calls for each in textless), textless[0].samples
        ),
        missing=MissingResults(
            sum(each.count for each in missing), tuple(chain.from_iterable(each.first for each in missing))
        ),
    )


def _merge_names(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in names for name in each))


def _add_up_causes(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    found: dict[CauseKey, Cause] = {}
    for cause in causes:
        if (before := found.get(cause.key)) is not None:
            samples = (*before.samples, *cause.samples)[:MAX_SAMPLES]
            words = cause.words if cause.words == before.words else ""
            cause = replace(before, count=before.count + cause.count, samples=samples, words=words)
        found[cause.key] = cause
    return tuple(sorted(found.values(), key=attrgetter("count"), reverse=True))


def _add_up_stops(stops: Iterable[StopReason]) -> tuple[StopReason, ...]:
    found: dict[str | None, StopReason] = {}
    for stop in stops:
        if (before := found.get(stop.reason)) is not None:
            stop = replace(before, count=before.count + stop.count)
        found[stop.reason] = stop
    return tuple(sorted(found.values(), key=attrgetter("count"), reverse=True))


def _add_up_models(uses: Iterable[ModelUse]) -> tuple[ModelUse, ...]:
    found: dict[str, ModelUse] = {}
    for use in uses:
        if (before := found.get(use.model)) is not None:
            use = ModelUse(
                use.model,
                before.requests + use.requests,
                before.tokens + use.tokens,
                None if before.cost is None or use.cost is None else before.cost + use.cost,
                before.web_searches + use.web_searches,
                before.known_cost + use.known_cost,
                before.priced_searches + use.priced_searches,
            )
        found[use.model] = use
    return tuple(sorted(found.values(), key=attrgetter("requests"), reverse=True))
