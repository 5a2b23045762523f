"""Where functions are given calls to serve."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

from ..errors import JambusError
from ..names import check_durable
from ..trouble import OnTrouble
from .claim import ClaimOptions, Claims
from .service import OnError, Serve, Service, ServiceOptions
from .steps import Send, Verb

DEFAULT_CONCURRENCY = 1_000
DEFAULT_ANSWER_WITHIN = 3.5


class Serving:
    """Calls that are being served. Awaited, it resolves when all are finished or handed over."""

    def __init__(self, claims: Claims, service: Service) -> None:
        self._claims = claims
        self._service = service

    def __await__(self) -> Generator[Any, None, None]:
        return self._service.ended.__await__()

    async def ready(self) -> None:
        """Resolves when no call that begins from now on is missed. Raises JambusError when that cannot be."""
        await self._claims.ready()

    def end(self) -> None:
        """Takes no more calls. Those there are have their time to finish, and are handed over then."""
        self._service.end()


class Calls:
    """Calls as functions: one for each call, which reads as a caller hears it."""

    def __init__(
        self, claim_calls: Callable[[ClaimOptions], Claims], send: Send, on_trouble: OnTrouble, drain: float
    ) -> None:
        self._claim_calls = claim_calls
        self._send = send
        self._on_trouble = on_trouble
        self._drain = drain
        self._services: set[Service] = set()
        self._closing = False

    def serve(
        self,
        serve: Serve,
        *,
        durable: str,
        application: str | None = None,
        concurrency: int = DEFAULT_CONCURRENCY,
        when_done: Literal["hangup", "leave"] = "hangup",
        on_error: OnError | None = None,
        apology: Sequence[Verb] = (),
        answer_within: float = DEFAULT_ANSWER_WITHIN,
    ) -> Serving:
        """Runs `serve` once for each call that begins. The calls run beside each other.

        All processes that give the same `durable` share the calls: one of them has a call. When it dies or stops,
        another runs the function again from its first line. What was sent before is not sent twice, as each step has
        an id made of the call, its content and its place. So the steps have to follow from what the call says.

        `application` is the path of the websocket: calls of other paths are passed over. `concurrency` is the most
        calls at a time in this process. `when_done` says what becomes of a call whose function has returned. `apology`
        has the verbs for a caller whose function throws; `on_error` is told of that, and otherwise the log is.
        `answer_within` is how long the gateway waits for answers, in seconds.
        """
        if self._closing:
            raise JambusError("stopped", "the client is closing")
        check_durable(durable)
        claims = self._claim_calls(ClaimOptions(durable, application))
        options = ServiceOptions(concurrency, when_done, on_error, apology, answer_within, self._drain)
        service = Service(claims, self._send, self._on_trouble, options, serve)
        self._services.add(service)
        service.ended.add_done_callback(lambda _: self._services.discard(service))
        return Serving(claims, service)

    async def close(self) -> None:
        """Finishes or hands over all calls."""
        self._closing = True
        services = [*self._services]
        for service in services:
            service.end()
        for service in services:
            try:
                await service.ended
            except Exception as error:
                if isinstance(error, JambusError):
                    self._on_trouble(error)
