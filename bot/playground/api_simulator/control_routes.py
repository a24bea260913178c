"""The simulator's own endpoints under `/_simulator/`: advance the time, order faults, add batches, list calls."""

from dataclasses import asdict
from datetime import timedelta
from json import JSONDecodeError
from typing import Annotated, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.playground.api_simulator.access_tokens import AccessTokens, FederationRule
from bot.playground.api_simulator.answer_kinds import ANSWER_KINDS
from bot.playground.api_simulator.batch_spec import BatchSpec
from bot.playground.api_simulator.clock import Clock, format_time
from bot.playground.api_simulator.cost_report.bill import Bill, BillTerms, OtherUse
from bot.playground.api_simulator.faults import ApiFault, ApiFaults
from bot.playground.api_simulator.request_log import RecordedRequest, RequestLog
from bot.playground.api_simulator.workspace import ApiWorkspace, UnusualAnswers
from bot.playground.api_simulator.workspaces import ApiWorkspaces
from bot.playground.own_page import is_own_page

_Order = TypeVar("_Order", bound=BaseModel)


class _Advance(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    seconds: float = Field(ge=0)


class _Answers(BaseModel):
    """What is unusual about the results of the batches that are created from now on.

    `answers`: how many answers of each kind (see `ANSWER_KINDS`). `missing`: how many lines are left out.
    """

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    missing: int = Field(0, ge=0)

    @field_validator("answers")
    @classmethod
    def _know_kinds(cls, answers: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(set(answers) - set(ANSWER_KINDS)):
            raise ValueError(f"unknown answers {unknown}; known are {sorted(ANSWER_KINDS)}")
        return answers


class _Retirement(BaseModel):
    """A model that retires in some seconds. `overdue`: it still answers after that time."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    model: str
    retires_in: Annotated[float, Field(ge=-1e9, le=1e9)]
    overdue: bool = False


class _Workspace(BaseModel):
    """A new workspace of the organization, with the key that reaches it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    key: str = Field(min_length=1)


class _Key(BaseModel):
    """The ids of all workspaces that a key reaches. None: it is revoked."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1)
    workspaces: list[str]


class _Rule(BaseModel):
    """A rule of workload identity federation. `lifetime` is in seconds."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^fdrl_[A-Za-z0-9]+$")
    workspaces: list[str]
    lifetime: int = Field(3_600, ge=60, le=86_400)


class ControlRoutes:
    """Controls the simulator over HTTP, without a key. An invalid order gets a 400 with the reason.

    The orders `batch` and `answers` go to the first workspace, or to that of the query `workspace`, an id.
    """

    def __init__(
        self,
        clock: Clock,
        workspaces: ApiWorkspaces,
        faults: ApiFaults,
        log: RequestLog,
        bill: Bill,
        access_tokens: AccessTokens,
    ) -> None:
        self._access_tokens = access_tokens
        self._clock = clock
        self._workspaces = workspaces
        self._faults = faults
        self._log = log
        self._bill = bill

    def install(self, app: web.Application) -> None:
        """Add the routes to the application, and what keeps other sites away from them."""
        app.middlewares.append(_guard_controls)
        app.router.add_post("/_simulator/advance", self.advance)
        app.router.add_post("/_simulator/fault", self.order_fault)
        app.router.add_post("/_simulator/batch", self.add_batch)
        app.router.add_post("/_simulator/answers", self.order_answers)
        app.router.add_post("/_simulator/bill", self.change_bill)
        app.router.add_post("/_simulator/usage", self.add_usage)
        app.router.add_post("/_simulator/retirement", self.retire_model)
        app.router.add_get("/_simulator/requests", self.list_requests)
        app.router.add_get("/_simulator/federation", self.show_federation)
        app.router.add_post("/_simulator/workspace", self.add_workspace)
        app.router.add_post("/_simulator/key", self.assign_key)
        app.router.add_post("/_simulator/rule", self.add_rule)

    async def advance(self, request: web.Request) -> web.Response:
        """Advance the simulated time, and answer with the new time."""
        order = await _read_order(request, _Advance)
        try:
            self._clock.advance(order.seconds)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response({"now": format_time(self._clock.now())})

    async def show_federation(self, _request: web.Request) -> web.Response:
        """Answer with the rule and the organization that a token exchange names."""
        tokens = self._access_tokens
        return web.json_response({"rule_id": tokens.rule.id, "organization_id": tokens.organization_id})

    async def order_fault(self, request: web.Request) -> web.Response:
        """Order a fault (see `ApiFault`)."""
        fault = await _read_order(request, ApiFault)
        self._faults.add(fault)
        return web.json_response(fault.model_dump(exclude_none=True))

    async def add_batch(self, request: web.Request) -> web.Response:
        """Add a batch in any state (see `BatchSpec`), and answer with its JSON."""
        spec = await _read_order(request, BatchSpec)
        try:
            batch = self._find_workspace(request).add_spec(spec)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response(batch.make_json(self._clock.now(), f"{request.scheme}://{request.host}"))

    async def order_answers(self, request: web.Request) -> web.Response:
        """Order unusual results for the batches that are created from now on."""
        order = await _read_order(request, _Answers)
        self._find_workspace(request).unusual = UnusualAnswers(order.answers, order.missing)
        return web.json_response(order.model_dump())

    async def change_bill(self, request: web.Request) -> web.Response:
        """Set the terms of the bill, such as a discount (see `BillTerms`); what is left out gets its default."""
        self._bill.terms = await _read_order(request, BillTerms)
        return web.json_response(self._bill.terms.model_dump())

    async def add_usage(self, request: web.Request) -> web.Response:
        """Put usage on the bill that no batch explains (see `OtherUse`)."""
        use = await _read_order(request, OtherUse)
        self._bill.add(use, self._clock.now())
        return web.json_response(use.model_dump())

    async def retire_model(self, request: web.Request) -> web.Response:
        """Announce when a model retires (see `_Retirement`), and answer with its lifecycle."""
        order = await _read_order(request, _Retirement)
        at = self._clock.now() + timedelta(seconds=order.retires_in)
        try:
            model = self._workspaces.first.models.retire(order.model, at, is_overdue=order.overdue)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response({"id": model.id, "lifecycle": model.lifecycle, "retires_at": format_time(at)})

    async def add_workspace(self, request: web.Request) -> web.Response:
        """Add a workspace (see `_Workspace`), and answer with its id."""
        order = await _read_order(request, _Workspace)
        try:
            workspace = self._workspaces.add(order.name, order.key)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response({"id": workspace.id})

    async def assign_key(self, request: web.Request) -> web.Response:
        """Let a key reach other workspaces from now on (see `_Key`)."""
        order = await _read_order(request, _Key)
        self._workspaces.assign_key(order.key, *map(self._get_workspace, order.workspaces))
        return web.json_response({"workspaces": order.workspaces})

    async def add_rule(self, request: web.Request) -> web.Response:
        """Add a rule for the exchange of tokens (see `_Rule`)."""
        order = await _read_order(request, _Rule)
        self._access_tokens.more_rules.append(
            FederationRule(order.id, tuple(order.workspaces), lifetime=order.lifetime)
        )
        return web.json_response({"rule_id": order.id, "organization_id": self._access_tokens.organization_id})

    def _find_workspace(self, request: web.Request) -> ApiWorkspace:
        named = request.query.get("workspace")
        return self._workspaces.first if named is None else self._get_workspace(named)

    def _get_workspace(self, workspace_id: str) -> ApiWorkspace:
        found = self._workspaces.find(workspace_id)
        if found is None:
            raise _refusal(f"there is no workspace {workspace_id}")
        return found

    async def list_requests(self, request: web.Request) -> web.Response:
        """List the calls of the API so far, oldest first."""
        return web.json_response({"requests": [_as_json(record) for record in self._log.records]})


@web.middleware
async def _guard_controls(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to orders that a page of another site sends. Calls of the API need a key, which such a page lacks."""
    is_control = request.path.startswith("/_simulator/")
    if is_control and not is_own_page(request.host, request.headers.get("Origin")):
        raise web.HTTPForbidden(text="The simulator takes orders on loopback only, and from no other site.")
    return await handler(request)


def _as_json(record: RecordedRequest) -> dict[str, object]:
    facts = {name: value for name, value in asdict(record).items() if not name.startswith("_")}
    return facts | {"at": format_time(record.at)}


async def _read_order(request: web.Request, kind: type[_Order]) -> _Order:
    try:
        return kind.model_validate(await request.json(), strict=False)
    except ValidationError as error:
        raise _refusal(_describe(error)) from None
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise _refusal(f"the body is not JSON: {error}") from None


def _describe(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _refusal(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=web.json_response({"error": message}).text, content_type="application/json")
