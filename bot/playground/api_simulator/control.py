"""The simulator's own endpoints, under `/_simulator/`: time, faults, the calls there were, batches on order."""

from dataclasses import asdict
from json import JSONDecodeError
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.playground.api_simulator.clock import Clock, wire_time
from bot.playground.api_simulator.faults import Fault, Faults
from bot.playground.api_simulator.placement import Placement
from bot.playground.api_simulator.recording import RecordedRequest, Traffic
from bot.playground.api_simulator.workspace import Workspace

_Order = TypeVar("_Order", bound=BaseModel)


class _Advance(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    seconds: float = Field(ge=0)


class Control:
    """Lets whoever runs the simulator steer it over HTTP, without a key; a mistaken order is a 400 that says why."""

    def __init__(self, clock: Clock, workspace: Workspace, faults: Faults, traffic: Traffic) -> None:
        self._clock, self._workspace, self._faults, self._traffic = clock, workspace, faults, traffic

    def install(self, app: web.Application) -> None:
        """Add the routes to the application."""
        app.router.add_post("/_simulator/advance", self.advance)
        app.router.add_post("/_simulator/fault", self.order_fault)
        app.router.add_post("/_simulator/batch", self.place_batch)
        app.router.add_get("/_simulator/requests", self.list_requests)

    async def advance(self, request: web.Request) -> web.Response:
        """Push the simulated time ahead; answers with the new time."""
        order = await _read_order(request, _Advance)
        try:
            self._clock.advance(order.seconds)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response({"now": wire_time(self._clock.now())})

    async def order_fault(self, request: web.Request) -> web.Response:
        """Order a fault (see `Fault`)."""
        fault = await _read_order(request, Fault)
        self._faults.add(fault)
        return web.json_response(fault.model_dump(exclude_none=True))

    async def place_batch(self, request: web.Request) -> web.Response:
        """Put a batch in any state (see `Placement`); answers with it as the API shows it."""
        wish = await _read_order(request, Placement)
        try:
            batch = self._workspace.place(wish)
        except ValueError as error:
            raise _refusal(str(error)) from None
        return web.json_response(batch.as_json(self._clock.now(), f"{request.scheme}://{request.host}"))

    async def list_requests(self, request: web.Request) -> web.Response:
        """The calls of the API so far, oldest first."""
        return web.json_response({"requests": [_as_json(record) for record in self._traffic.records]})


def _as_json(record: RecordedRequest) -> dict[str, object]:
    facts = {name: value for name, value in asdict(record).items() if not name.startswith("_")}
    return facts | {"at": wire_time(record.at)}


async def _read_order(request: web.Request, kind: type[_Order]) -> _Order:
    try:
        return kind.model_validate(await request.json(), strict=False)
    except ValidationError as error:
        raise _refusal(_first_words(error)) from None
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise _refusal(f"the body is not JSON: {error}") from None


def _first_words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _refusal(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=web.json_response({"error": message}).text, content_type="application/json")
