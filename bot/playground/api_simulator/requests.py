"""The requests of a batch, either submitted or generated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from bot.playground.api_simulator.ids import draw_fraction


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request ends as errored: the API's error type and message."""

    type: str
    message: str
    while_running: bool = False
    """True if processing failed (the error has a `workerreq_…` id), False if the `params` are invalid."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the simulator keeps of one request: enough to make its result, never its prompt."""

    custom_id: str
    model: str
    max_tokens: int
    input_tokens: int
    cached_tokens: int = 0
    failure: Failure | None = None
    answer: str | None = None
    """The kind of an unusual answer, if it succeeds (see `ANSWER_KINDS`)."""


class GeneratedRequests(Sequence[Request]):
    """Requests named `prefix-00001` and so on, each generated on access. Those in `failures` fail.

    `answers`: the kinds of unusual answers, by index.
    """

    def __init__(
        self, prefix: str, total: int, model: str, failures: Mapping[int, Failure], answers: Mapping[int, str]
    ) -> None:
        self._prefix = prefix
        self._total = total
        self._model = model
        self._failures = failures
        self._answers = answers
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
        tokens = 180 + int(900 * draw_fraction(self._prefix, index))
        return Request(
            name,
            self._model,
            1_024,
            tokens,
            cached_tokens=1_536,
            failure=self._failures.get(index),
            answer=self._answers.get(index),
        )

    @property
    def failing(self) -> int:
        """The number of requests that fail."""
        return len(self._failures)
