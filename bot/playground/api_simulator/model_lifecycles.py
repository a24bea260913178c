"""How far each model of a simulated workspace is in its life, and which requests its end catches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.models import NOTICE, Model, find_listed_model, list_models
from bot.playground.api_simulator.requests import Failure, Request


@dataclass(frozen=True, slots=True)
class _Retirement:
    at: datetime
    is_overdue: bool


class ModelLifecycles:
    """The models as they are at the simulated time. Only an order ends one: a planned date may pass."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ordered: dict[str, _Retirement] = {}

    def retire(self, name: str, at: datetime, *, is_overdue: bool = False) -> Model:
        """Announce that a model retires at a time, and return it. `is_overdue`: it still answers after that time.

        Raises:
            ValueError: the model is unknown.
        """
        model = find_listed_model(name)
        if model is None:
            raise ValueError(f"there is no model {name}")
        self._ordered[model.id] = _Retirement(at, is_overdue)
        return self._at_present(model)

    def list(self) -> list[Model]:
        """Return every model, also the retired ones, newest first."""
        return [self._at_present(model) for model in list_models()]

    def find(self, name: str) -> Model | None:
        """Return the model of an id or alias, also a retired one, or None if it is unknown."""
        model = find_listed_model(name)
        return None if model is None else self._at_present(model)

    def answers(self, name: str) -> bool:
        """Return whether a model of this name answers requests."""
        model = self.find(name)
        return model is not None and model.lifecycle != "retired"

    def fail_retired(
        self, requests: Sequence[Request], order: Iterable[int], begin: datetime, end: datetime
    ) -> Sequence[Request]:
        """Return the requests; those whose model retires before they are processed fail as those of an unknown one.

        They are processed in this order, evenly from `begin` to `end`.
        """
        ends = {name: one.at for name, one in self._ordered.items() if not one.is_overdue and one.at < end}
        if not any(request.model in ends for request in requests):
            return requests
        failed = list(requests)
        step = (end - begin) / len(requests)
        for rank, index in enumerate(order):
            request = failed[index]
            if request.failure is None and begin + rank * step >= ends.get(request.model, end):
                failed[index] = replace(request, failure=Failure("not_found_error", f"model: {request.model}"))
        return tuple(failed)

    def _at_present(self, model: Model) -> Model:
        ordered = self._ordered.get(model.id)
        if ordered is None:
            return model
        is_retired = not ordered.is_overdue and self._clock.now() >= ordered.at
        return replace(
            model,
            lifecycle="retired" if is_retired else "deprecated",
            retires_at=ordered.at,
            deprecated_at=ordered.at - NOTICE,
        )
