"""Which models of a draft are about to retire. A batch may take 24 hours, so a retirement can catch its requests."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from msgspec import Struct

from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.api.models import PROCESSING_WINDOW
from bot.errors import ExpectedError
from bot.operations.services import Services
from bot.requests.estimate import load_estimate
from bot.store.records.drafts import Draft

_CATALOG_TIMEOUT = 5.0  # seconds; a person waits for the question


class RetirementState(Enum):
    """How near the end of a model is. Only the API says that a model is retired.

    `SOON`: within the time that a batch may take. `OVERDUE`: the date has passed, and the model still answers.
    """

    PLANNED = auto()
    SOON = auto()
    OVERDUE = auto()
    RETIRED = auto()


class RetiringModel(Struct, frozen=True):
    """A model that is deprecated or retired, by the name that `requests` requests use.

    `retires_at` is the API's plan, None without a date.
    """

    name: str
    state: RetirementState
    retires_at: datetime | None
    requests: int

    @property
    def is_due(self) -> bool:
        """Whether requests that are sent now may meet the end of the model."""
        return self.state is not RetirementState.PLANNED


@dataclass(eq=False)
class RetiresMeanwhile(ExpectedError):
    """The models of the draft that are about to retire are others than in the question. Nothing was sent.

    `due`: those that are now. `put_off`: the names of those that no longer are.
    """

    draft: Draft
    due: tuple[RetiringModel, ...]
    put_off: tuple[str, ...] = ()

    def _fact(self) -> str:
        names = ", ".join(model.name for model in self.due)
        return f"the retirements that draft {self.draft.id} meets have changed since the question: {names or 'none'}"


async def find_retiring(services: Services, draft: Draft) -> tuple[RetiringModel, ...]:
    """Return the models of a draft that retire, the ones that are due first. Without the API's list there are none."""
    now = services.now()
    catalog = None
    with suppress(TimeoutError):
        async with asyncio.timeout(_CATALOG_TIMEOUT):
            catalog = await services.workspace.models.get(now)
    requests = {one.model: one.requests for one in load_estimate(draft.estimate).models}
    return list_retiring(catalog, requests, now) if catalog is not None else ()


def list_retiring(catalog: ModelCatalog, requests: Mapping[str, int], now: datetime) -> tuple[RetiringModel, ...]:
    """Return those of these models that retire, the ones that are due first; `requests` is their number by name."""
    found = []
    for name, count in requests.items():
        model = catalog.find(name)
        if model is not None and model.lifecycle in ("deprecated", "retired"):
            found.append(RetiringModel(name, _find_state(model, now), model.retires_at, count))
    return tuple(sorted(found, key=lambda model: not model.is_due))


def _find_state(model: ModelInfo, now: datetime) -> RetirementState:
    if model.lifecycle == "retired":
        return RetirementState.RETIRED
    if model.retires_at is None or model.retires_at > now + PROCESSING_WINDOW:
        return RetirementState.PLANNED
    return RetirementState.SOON if model.retires_at > now else RetirementState.OVERDUE


def list_due(retiring: Iterable[RetiringModel]) -> tuple[RetiringModel, ...]:
    """Return the models whose end may meet requests that are sent now."""
    return tuple(model for model in retiring if model.is_due)
