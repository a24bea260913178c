"""The catalog of models: which exist, which still answer, and how long their answers may be."""

import re
from collections.abc import Iterable

from msgspec import Struct
from pydantic import Field

from bot.api.models import ApiModel, Moment

_DATED = re.compile(r"(?P<alias>.+)-(?P<date>\d{8})")


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
