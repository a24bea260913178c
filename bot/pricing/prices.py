"""Price tokens in a message batch from a price list: exact decimals, and None for an unknown price."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import ExpectedError
from bot.pricing.tokens import Tokens
from bot.small_file import read_small_file

DEFAULT_PRICES = Path(__file__).with_name("prices.toml")
_MOST_BYTES = 1024 * 1024
_MILLION = Decimal(1_000_000)
# What may follow a model's name in an id of that model; "-5" would be another version with another price.
_SUFFIX = re.compile(r"(?:[-@]\d{8}|-latest)?")

Usd = Annotated[Decimal, Field(ge=0, le=100_000)]
ModelId = Annotated[str, Field(min_length=1)]


@dataclass(eq=False)
class PricesUnreadable(ExpectedError):
    """The price list at `path` cannot be used; `place` is the faulty line or field, or empty."""

    path: Path
    place: str
    reason: str

    def _fact(self) -> str:
        return f"{self.path}: {self.place}: {self.reason}" if self.place else f"{self.path}: {self.reason}"


class Rates(BaseModel):
    """Batch prices in USD per million tokens, by class of token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Usd
    output: Usd
    write_5m: Usd
    write_1h: Usd
    read: Usd

    def price_tokens(self, tokens: Tokens) -> Decimal:
        """Return the exact USD for `tokens`."""
        return (
            self.input * tokens.input
            + self.output * tokens.output
            + self.write_5m * tokens.write_5m
            + self.write_1h * tokens.write_1h
            + self.read * tokens.read
        ) / _MILLION


class LongPromptRates(Rates):
    """The rates of a request whose prompt has more than `more_than` tokens."""

    more_than: Annotated[int, Field(ge=0)]


class ModelPrice(Rates):
    """One row: the prices of the named models, with their source and the date on which it was read."""

    models: Annotated[tuple[ModelId, ...], Field(min_length=1)]
    valid_from: date | None = None
    """The first day (UTC) of this price; None if the model never had another one before."""
    regional: bool = False
    long_prompt: LongPromptRates | None = None
    date: date
    source: str

    def is_long_prompt(self, prompt_tokens: int) -> bool:
        """Return whether a request with such a prompt is priced by `long_prompt`."""
        return self.long_prompt is not None and prompt_tokens > self.long_prompt.more_than

    def select_rates(self, *, long: bool) -> Rates:
        """Return the rates of requests with a long prompt, or of all others."""
        return self.long_prompt if long and self.long_prompt else self


class ToolPrice(BaseModel):
    """The price of a server tool's calls, which a batch does not reduce."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_thousand: Usd
    date: date
    source: str

    def price_calls(self, calls: int) -> Decimal:
        """Return the exact USD for `calls`."""
        return self.per_thousand * calls / 1000


class ToolPrices(BaseModel):
    """The server tools that are billed by the call; None for an unknown price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    web_search: ToolPrice | None = None


class Prices(BaseModel):
    """The price list. Source of its rules: docs.anthropic.com, Pricing; each row names its own source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Mapping[str, Annotated[Decimal, Field(gt=0, le=100)]]
    prices: tuple[ModelPrice, ...]
    tools: ToolPrices = ToolPrices()

    @classmethod
    def load(cls, path: Path | None = None) -> "Prices":
        """Return the prices in the TOML file at `path`, or the package's own.

        Raises:
            PricesUnreadable: the file is missing or is not TOML, or a field is wrong.
        """
        path = path or DEFAULT_PRICES
        try:
            text = read_small_file(path, _MOST_BYTES).decode()
            prices = cls.model_validate(tomllib.loads(text, parse_float=Decimal))
        except OSError as error:
            raise PricesUnreadable(path, "", error.strerror or type(error).__name__) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise PricesUnreadable(path, ".".join(map(str, first["loc"])), first["msg"]) from error
        except ValueError as error:  # no TOML, no text, or no small regular file
            raise PricesUnreadable(path, "", str(error)) from error
        prices._require_unique_models(path)
        return prices

    @property
    def newest_date(self) -> date | None:
        """The date on which the newest price was read; None for an empty list."""
        tools = [self.tools.web_search.date] if self.tools.web_search else []
        return max((*tools, *(row.date for row in self.prices)), default=None)

    def select_day(self, day: date) -> "Prices":
        """Return the prices of a day (UTC)."""
        rows = tuple(row for row in self.prices if row.valid_from is None or row.valid_from <= day)
        return self.model_copy(update={"prices": rows})

    def find_row(self, model: str) -> ModelPrice | None:
        """Return the row with the longest name that `model` begins with, if only a date or "latest" follows.

        Of several rows with the same name, it is the newest.
        """
        named = [
            ((len(name), row.valid_from or date.min), row)
            for row in self.prices
            for name in row.models
            if model.startswith(name) and _SUFFIX.fullmatch(model, len(name))
        ]
        return max(named, key=lambda match: match[0])[1] if named else None

    def price_request(self, model: str, tokens: Tokens, region: str | None = None) -> Decimal | None:
        """Return the exact USD for the tokens of one request, or None for a model or region without a price.

        `region` is the API's `usage.inference_geo`.
        """
        row = self.find_row(model)
        return self.price_tokens(row, tokens, region, long=row.is_long_prompt(tokens.prompt)) if row else None

    def price_tokens(self, row: ModelPrice, tokens: Tokens, region: str | None, *, long: bool) -> Decimal | None:
        """Return the USD for the tokens of requests that are priced alike, or None for a region without a factor."""
        factor = self.regions.get(region) if region else Decimal(1)
        if factor is None:
            return None
        return row.select_rates(long=long).price_tokens(tokens) * (factor if row.regional else 1)

    def _require_unique_models(self, path: Path) -> None:
        seen = set[tuple[str, date | None]]()
        for number, row in enumerate(self.prices):
            for name in row.models:
                if (name, row.valid_from) in seen:
                    raise PricesUnreadable(path, f"prices.{number}.models", f"{name} has a row already")
                seen.add((name, row.valid_from))
