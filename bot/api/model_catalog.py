"""The catalog of models: which there are, whether they still answer, and how much they may say."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import httpx
from msgspec import Struct
from pydantic import AwareDatetime

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError, ApiRejected, KeyRefused
from bot.api.models import ApiModel
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy

_MODELS = "/v1/models"
_LARGEST_PAGE = 1000
_DATED = re.compile(r"(?P<alias>.+)-(?P<date>\d{8})")
_LIFECYCLES = ("active", "deprecated", "retired")


class Support(ApiModel):
    """Whether something is supported."""

    supported: bool = False


class Capabilities(ApiModel):
    """What a model can do, as far as it matters here; None where the API does not say."""

    batch: Support | None = None


class ModelInfo(ApiModel):
    """One model (docs.anthropic.com, CachedCatalog).

    `lifecycle` is `active`, `deprecated` or `retired` today and says alone whether a model answers: `retires_at` is a
    plan, which may be overdue. None for a limit means that the API does not say.
    """

    id: str
    display_name: str = ""
    created_at: AwareDatetime | None = None
    lifecycle: str = "active"
    retires_at: AwareDatetime | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: Capabilities | None = None

    @property
    def supports_batches(self) -> bool:
        """False only where the API says so."""
        return not (self.capabilities and self.capabilities.batch and not self.capabilities.batch.supported)


class ModelPage(ApiModel):
    """One page of models, newest first."""

    data: tuple[ModelInfo, ...]
    has_more: bool = False
    last_id: str | None = None


class ModelCatalog(Struct, frozen=True):
    """CachedCatalog by every name they answer to: the id, the id without its date, and with `-latest` for the date."""

    models: tuple[ModelInfo, ...]
    _by_name: dict[str, ModelInfo] = {}

    @classmethod
    def from_models(cls, models: Iterable[ModelInfo]) -> "ModelCatalog":
        """The catalog of these models. An alias stands for the newest of the dated ids that it fits."""
        models = tuple(models)
        by_name: dict[str, ModelInfo] = {}
        for model in sorted(models, key=lambda model: model.id):  # later dates overwrite earlier ones
            if dated := _DATED.fullmatch(model.id):
                by_name[dated["alias"]] = by_name[f"{dated['alias']}-latest"] = model
        return cls(models, by_name | {model.id: model for model in models})

    def find(self, name: str) -> ModelInfo | None:
        """The model that answers to `name`."""
        return self._by_name.get(name)


class ModelsClient:
    """The CachedCatalog API through `http` (see `open_http`); every method raises `ApiError` in one of its kinds."""

    def __init__(self, http: httpx.AsyncClient, *, policy: RetryPolicy = RetryPolicy()) -> None:  # noqa: B008 - it is frozen
        self._sender = CallSender(http, policy)

    async def fetch_catalog(self) -> ModelCatalog:
        """All models, the retired ones too where the API lists them; worth keeping for an hour.

        Raises:
            ApiUnavailable: no usable answer: go on without a catalog.
        """
        try:
            return ModelCatalog.from_models(await self._all(_LIFECYCLES))
        except KeyRefused:
            raise
        except (
            ApiRejected
        ):  # an API that does not know the filter; what it then leaves out is unknown instead of retired
            return ModelCatalog.from_models(await self._all(()))

    async def _all(self, lifecycles: tuple[str, ...]) -> list[ModelInfo]:
        """Every page, as long as each leads on to one that was not there before."""
        found: list[ModelInfo] = []
        seen: set[str | None] = {None}
        params: dict[str, str | int | tuple[str, ...]] = {"limit": _LARGEST_PAGE}
        if lifecycles:
            params["lifecycle[]"] = lifecycles
        while True:
            page = parse_model(ModelPage, await self._sender.send(Call("GET", _MODELS, params=params)))
            found += page.data
            if not page.has_more or not page.data or page.last_id in seen:
                return found
            seen.add(page.last_id)
            params["after_id"] = page.last_id or ""


CATALOG_LIFETIME = timedelta(hours=1)


class CachedCatalog:
    """The catalog of models, asked for once in an hour; None where the API does not say."""

    def __init__(self, client: ModelsClient) -> None:
        self._client = client
        self._known: tuple[datetime, ModelCatalog] | None = None

    async def get(self, now: datetime) -> ModelCatalog | None:
        """Return the catalog; what failed is asked for again the next time."""
        if self._known is None or now - self._known[0] > CATALOG_LIFETIME:
            try:
                self._known = (now, await self._client.fetch_catalog())
            except ApiError:
                return None
        return self._known[1]
