"""The state of the organization's bill that orders can change, and everything that is on it."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.playground.api_simulator.cost_report.billed_usage import BatchBilling, BilledItem
from bot.playground.api_simulator.workspaces import ApiWorkspaces


class BillTerms(BaseModel):
    """What a contract and the service decide. The documentation leaves open when a batch is booked."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    discount: float = Field(0, ge=0, le=100)
    """Percent of the list price."""
    behind: float | None = Field(300, ge=0, le=40 * 86_400)
    """Seconds by which the figures are late. None: they are not, and `data_refreshed_at` is null."""
    booked_at: Literal["creation", "end"] = "end"
    refuses: str = ""
    """The reason of a 400 for an organization that the API does not serve."""


class OtherUse(BaseModel):
    """Usage that no batch of the simulated workspaces explains: of another workspace, product, key or tier."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    cents: str = Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$")
    """At list price."""
    age: float = Field(86_400, ge=0, le=400 * 86_400)
    model: str | None = "claude-haiku-4-5-20251001"
    product: str | None = "message_batches_api"
    workspace_id: str | None = None
    """None: the first simulated workspace."""
    api_key_id: str | None = None
    service_tier: str | None = "batch"
    cost_type: Literal["tokens", "web_search", "code_execution", "session_usage"] = "tokens"


class Bill:
    """What the organization is billed: its batches, also deleted ones, and what is ordered besides."""

    def __init__(self, workspaces: ApiWorkspaces) -> None:
        self.terms = BillTerms()
        self._workspaces = workspaces
        self._billings: dict[str, BatchBilling] = {}
        self._others: list[BilledItem] = []

    @property
    def share(self) -> Fraction:
        """What is left of the list price after the discount."""
        return 1 - Fraction(str(self.terms.discount)) / 100

    def change(self, **terms: object) -> None:
        """Change some of the terms. Raises ValueError."""
        self.terms = BillTerms.model_validate(self.terms.model_dump() | terms)

    def add(self, use: OtherUse, now: datetime) -> None:
        """Add usage that no batch explains."""
        dimensions = {
            "model": use.model,
            "product": use.product,
            "workspace_id": use.workspace_id or self._workspaces.first.id,
            "api_key_id": use.api_key_id,
            "service_tier": use.service_tier,
            "cost_type": use.cost_type,
            "token_type": "output_tokens" if use.cost_type == "tokens" else None,
        }
        known = {name: value for name, value in dimensions.items() if value is not None}
        self._others.append(BilledItem(now - timedelta(seconds=use.age), known, Fraction(use.cents), 1))

    def find_refresh(self, now: datetime) -> datetime | None:
        """Return up to when the figures are complete, or None if that is not said."""
        return None if self.terms.behind is None else now - timedelta(seconds=self.terms.behind)

    async def list_items(self, now: datetime) -> list[BilledItem]:
        """Return everything that is booked by now."""
        at_creation = self.terms.booked_at == "creation"
        items: list[BilledItem] = []
        for workspace in self._workspaces.all:
            billing = self._billings.setdefault(workspace.id, BatchBilling(workspace.id))
            items += await billing.list_items(workspace.billed_batches, now, at_creation=at_creation)
        newest = self.find_refresh(now) or now
        return [item for item in (*items, *self._others) if item.at <= newest]
