"""Fetch the catalog of models, apart from it: a process that checks a file knows it without any HTTP client."""

from datetime import datetime, timedelta
from typing import Annotated

import httpx
from pydantic import FailFast, Field

from bot.api.calls import Call, CallSender
from bot.api.errors import ApiError, ApiRejected, KeyRefused
from bot.api.model_catalog import ModelCatalog, ModelInfo
from bot.api.models import ApiModel
from bot.api.responses import parse_model
from bot.api.retry_policy import RetryPolicy

_MODELS = "/v1/models"
_LARGEST_PAGE = 1000
_MAX_PAGES = 10
_LIFECYCLES = ("active", "deprecated", "retired")

CATALOG_LIFETIME = timedelta(hours=1)


class ModelPage(ApiModel):
    """One page of models, newest first."""

    data: Annotated[tuple[ModelInfo, ...], Field(max_length=_LARGEST_PAGE), FailFast()]
    has_more: bool = False
    last_id: str | None = None


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
