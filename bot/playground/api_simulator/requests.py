"""The requests of a batch: as they were submitted, or made up to a wanted number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from bot.playground.api_simulator.ids import chance


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request will come out errored: the API's error type and words."""

    type: str
    message: str
    while_running: bool = False
    """True for a failure of the execution (it gets a `workerreq_…`), False for `params` that did not pass."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the simulator keeps of one request: enough to answer for it, never its prompt."""

    custom_id: str
    model: str
    max_tokens: int
    input_tokens: int
    cached_tokens: int = 0
    failure: Failure | None = None


class MadeUpRequests(Sequence[Request]):
    """So many requests named `prefix-00001` and on, each made when it is looked at; some of them bound to fail."""

    def __init__(self, prefix: str, total: int, model: str, failures: Mapping[int, Failure]) -> None:
        self._prefix, self._total, self._model, self._failures = prefix, total, model, failures
        self._width = max(4, len(str(total)))

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Request]: ...
    def __getitem__(self, index: int | slice) -> Request | Sequence[Request]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._total))]
        if not 0 <= index < self._total:
            raise IndexError(index)
        name = f"{self._prefix}-{index + 1:0{self._width}}"
        tokens = 180 + int(900 * chance(self._prefix, index))
        return Request(name, self._model, 1_024, tokens, cached_tokens=1_536, failure=self._failures.get(index))

    @property
    def failing(self) -> int:
        """How many of them are bound to fail."""
        return len(self._failures)
