"""The catalog of models: which exist, which still answer, and how long their answers may be."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import httpx
from msgspec import Struct
from pydantic import FailFast, Field

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError, ApiRejected, KeyRefused
from bot.api.models import ApiModel, Moment
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy

_MODELS = "/v1/models"
_LARGEST_PAGE = 1000
_MAX_PAGES = 10
_DATED = re.compile(r"(?P<alias>.+)-(?P<date>\d{8})")
_LIFECYCLES = ("active", "deprecated", "retired")

CATALOG_LIFETIME = timedelta(hours=1)


class Support(ApiModel):
    """Whether a capability is supported."""

    supported: bool = False


class ThinkingSupport(ApiModel):
    """Whether the model thinks, and which values of `thinking.type` it supports. Read each of them alone."""

    supported: bool = False
    types: dict[str, Support | None] = Field(default_factory=dict)


class EffortSupport(ApiModel):
    """Whether the model has levels of effort, and which; None for a level that the API says nothing of."""

    supported: bool = False
    low: Support | None = None
    medium: Support | None = None
    high: Support | None = None
    xhigh: Support | None = None
    max: Support | None = None

    def supports(self, level: str, *, default: bool) -> bool:
        """Return whether a level is supported, `default` if the API says nothing of it."""
        support: Support | None = getattr(self, level)
        return default if support is None else support.supported


class Capabilities(ApiModel):
    """The capabilities that matter here; None if the API does not say."""

    batch: Support | None = None
    thinking: ThinkingSupport | None = None
    effort: EffortSupport | None = None
    image_input: Support | None = None
    pdf_input: Support | None = None
    structured_outputs: Support | None = None


class ModelInfo(ApiModel):
    """One model (docs.anthropic.com, Models).

    `lifecycle` is `active`, `deprecated` or `retired` today; it alone says whether a model answers, because
    `retires_at` is a plan that may be overdue. A limit of None means that the API does not say.
    """

    id: str
    display_name: str = ""
    created_at: Moment | None = None
    lifecycle: str = "active"
    retires_at: Moment | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: Capabilities | None = None

    @property
    def supports_batches(self) -> bool:
        """Whether batches may use the model; False only if the API says so."""
        return not (self.capabilities and self.capabilities.batch and not self.capabilities.batch.supported)


class ModelPage(ApiModel):
    """One page of models, newest first."""

    data: Annotated[tuple[ModelInfo, ...], Field(max_length=_LARGEST_PAGE), FailFast()]
    has_more: bool = False
    last_id: str | None = None


class ModelCatalog(Struct, frozen=True):
    """Models by each of their names: the id, the id without its date, and with `-latest` in place of the date."""

    models: tuple[ModelInfo, ...]
    _by_name: dict[str, ModelInfo] = {}

    @classmethod
    def from_models(cls, models: Iterable[ModelInfo]) -> "ModelCatalog":
        """Return the catalog of `models`. An alias means the newest of the dated ids that it fits."""
        models = tuple(models)
        by_name: dict[str, ModelInfo] = {}
        for model in sorted(models, key=lambda model: model.id):  # later dates overwrite earlier ones
            if dated := _DATED.fullmatch(model.id):
                by_name[dated["alias"]] = by_name[f"{dated['alias']}-latest"] = model
        return cls(models, by_name | {model.id: model for model in models})

    def find(self, name: str) -> ModelInfo | None:
        """Return the model with the name `name`, or None."""
        return self._by_name.get(name)


class ModelsClient:
    """The Models API through `http` (see `open_http`); every method raises a subclass of `ApiError`."""

    def __init__(self, http: httpx.AsyncClient, *, policy: RetryPolicy = RetryPolicy()) -> None:  # noqa: B008 - it is frozen
        self._sender = CallSender(http, policy)

    async def fetch_catalog(self) -> ModelCatalog:
        """Return all models, including retired ones if the API lists them.

        Raises:
            ApiError: the API gave no catalog.
        """
        try:
            return ModelCatalog.from_models(await self._fetch_all(_LIFECYCLES))
        except KeyRefused:
            raise
        except ApiRejected:
            # The API does not know the filter. Models it then leaves out are unknown instead of retired.
            return ModelCatalog.from_models(await self._fetch_all(()))

    async def _fetch_all(self, lifecycles: tuple[str, ...]) -> list[ModelInfo]:
        """Return the models of every page, up to ten; stop at a page whose cursor was seen before."""
        found: list[ModelInfo] = []
        seen: set[str | None] = {None}
        params: dict[str, str | int | tuple[str, ...]] = {"limit": _LARGEST_PAGE}
        if lifecycles:
            params["lifecycle[]"] = lifecycles
        for _ in range(_MAX_PAGES):
            page = parse_model(ModelPage, await self._sender.send(Call("GET", _MODELS, params=params)))
            found += page.data
            if not page.has_more or not page.data or page.last_id in seen:
                break
            seen.add(page.last_id)
            params["after_id"] = page.last_id or ""
        return found


class CachedCatalog:
    """The catalog of models, fetched at most once an hour."""

    def __init__(self, client: ModelsClient) -> None:
        self._client = client
        self._known: tuple[datetime, ModelCatalog] | None = None

    async def get(self, now: datetime) -> ModelCatalog | None:
        """Return the catalog, or None if the API does not answer; the next call then tries again."""
        if self._known is None or now - self._known[0] > CATALOG_LIFETIME:
            try:
                self._known = (now, await self._client.fetch_catalog())
            except ApiError:
                return None
        return self._known[1]
