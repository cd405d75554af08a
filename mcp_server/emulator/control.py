"""`/_emulator/`: steer an emulator that runs in another process."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mcp_server.emulator.app import Endpoint
from mcp_server.emulator.faults import Fault, Hold


class Control:
    """The control paths.

    * `POST faults`: an object or an array of objects with the fields of Fault; `hold` is a name;
    * `DELETE faults`: drop the faults to come;
    * `POST holds/{name}/release`: let the requests held under that name go on;
    * `GET requests`: `{"requests": […]}` with the fields of RequestRecord;
    * `POST reset`: forget commands, client tokens, faults, nonces and requests.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._holds: dict[str, Hold] = {}

    def routes(self) -> list[BaseRoute]:
        """The routes to add to the application."""
        return [
            _route("faults", self._add_faults, "POST"),
            _route("faults", self._clear_faults, "DELETE"),
            _route("holds/{name}/release", self._release, "POST"),
            _route("requests", self._requests, "GET"),
            _route("reset", self._reset, "POST"),
        ]

    async def _add_faults(self, request: Request) -> Response:
        try:
            given = json.loads(await request.body())
            faults = [
                self._fault(fields) for fields in (given if isinstance(given, list) else [given])
            ]
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self._endpoint.faults.add(*faults)
        return JSONResponse({"added": len(faults)})

    def _fault(self, fields: object) -> Fault:
        if not isinstance(fields, dict):
            raise TypeError("a fault is an object")
        name = fields.pop("hold", None)
        fault = Fault(**fields)
        if name is None:
            return fault
        return replace(fault, hold=self._holds.setdefault(str(name), Hold()))

    async def _clear_faults(self, _: Request) -> Response:
        self._endpoint.faults.clear()
        return JSONResponse({})

    async def _release(self, request: Request) -> Response:
        hold = self._holds.pop(request.path_params["name"], None)
        if hold is None:
            return JSONResponse({"error": "no such hold"}, 404)
        hold.release()
        return JSONResponse({})

    async def _requests(self, _: Request) -> Response:
        records = [asdict(record) for record in self._endpoint.requests.records()]
        return JSONResponse({"requests": records})

    async def _reset(self, _: Request) -> Response:
        self._endpoint.reset()
        for hold in self._holds.values():
            hold.release()
        self._holds.clear()
        return JSONResponse({})


def _route(path: str, handler: Callable[[Request], Awaitable[Response]], method: str) -> Route:
    return Route(f"/_emulator/{path}", handler, methods=[method])
