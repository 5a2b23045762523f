"""Functions at work on calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from ..errors import CallEnded, CallHandedOver
from ..trouble import OnTrouble, as_jambus_error, logger
from ..wakers import Wakers
from .call import Call
from .claim import Claim, Claims
from .steps import Send, Verb

Serve = Callable[[Call], Awaitable[object]]
OnError = Callable[[BaseException, Call], None]

#: Before a call is tried again whose function could not tell jambonz that it is done, seconds.
_AGAIN_AFTER = 1.0
#: How long a function may take to notice that its call is another process's, seconds.
_NOTICE_WITHIN = 1.0
_HANG_UP: Verb = {"verb": "hangup"}


@dataclass(frozen=True)
class ServiceOptions:
    concurrency: int
    when_done: Literal["hangup", "leave"]
    on_error: OnError | None
    apology: Sequence[Verb]
    answer_within: float
    #: How long calls may take to finish once no more are taken, seconds.
    drain: float


class _Outcome(Enum):
    DONE = "done"
    #: It goes on in another process.
    LOST = "lost"
    #: jambonz could not be told what becomes of the call.
    FAILED = "failed"


class Service:
    """Runs a function for each call that is claimed, as many at a time as there is room for."""

    def __init__(
        self, claims: Claims, send: Send, on_trouble: OnTrouble, options: ServiceOptions, serve: Serve
    ) -> None:
        self._claims = claims
        self._send = send
        self._on_trouble = on_trouble
        self._options = options
        self._serve = serve
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._departures = Wakers()
        self._ending = asyncio.Event()
        self._handed_over = asyncio.Event()
        #: Raises JambusError when the broker refuses for good to share calls out.
        self.ended: asyncio.Task[None] = asyncio.ensure_future(self._work())

    def end(self) -> None:
        """Takes no more calls. Those there are have their time to finish, and are handed over then."""
        self._ending.set()
        self._claims.end()
        self._departures.wake()

    async def _work(self) -> None:
        taking = asyncio.ensure_future(self._take())
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({taking, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            await self._drain()
        await taking

    async def _take(self) -> None:
        while True:
            while len(self._running) >= self._options.concurrency and not self._handed_over.is_set():
                await self._departures.wait()
            claim = await self._claims.next()
            if claim is None:
                return
            task = asyncio.ensure_future(self._run(claim))
            self._running[task] = claim
            task.add_done_callback(self._departed)

    def _departed(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._departures.wake()
        if not task.cancelled() and task.exception() is not None:
            self._on_trouble(as_jambus_error(task.exception() or RuntimeError(), "serving a call"))

    async def _drain(self) -> None:
        late = asyncio.get_running_loop().time() + self._options.drain
        await self._until_idle(late)
        self._handed_over.set()
        for claim in self._running.values():
            claim.log.abandon()
        await self._until_idle(asyncio.get_running_loop().time() + _NOTICE_WITHIN)
        # They wait for something that is not of their call.
        for task in [*self._running]:
            task.cancel()
        if self._running:
            await asyncio.wait([*self._running])
        await self._claims.close()

    async def _until_idle(self, late: float) -> None:
        loop = asyncio.get_running_loop()
        while self._running and loop.time() < late:
            await self._departures.wait(late - loop.time())

    async def _run(self, claim: Claim) -> None:
        # Where a bus goes on handing calls over, one may come when the others have gone.
        if self._handed_over.is_set():
            claim.log.abandon()
        outcome = _Outcome.LOST
        try:
            await claim.prepared()
            outcome = await self._served(claim)
            if outcome is _Outcome.FAILED:
                await asyncio.sleep(_AGAIN_AFTER)
        finally:
            await (claim.done() if outcome is _Outcome.DONE else claim.give_back())

    async def _served(self, claim: Claim) -> _Outcome:
        call = Call(claim, self._send, self._options.answer_within)
        try:
            await self._serve(call)
        except Exception as error:
            if isinstance(call.ended, CallHandedOver):
                return _Outcome.LOST
            if not isinstance(error, CallEnded):
                self._tell(error, call)
                return await self._leave(call, [*self._options.apology, _HANG_UP])
        finally:
            call._steps.close()
        if self._options.when_done == "leave":
            return _Outcome.DONE
        return await self._leave(call, [_HANG_UP])

    async def _leave(self, call: Call, verbs: Sequence[Verb]) -> _Outcome:
        try:
            if call.ended is None:
                await call.verbs(verbs)
            return _Outcome.LOST if isinstance(call.ended, CallHandedOver) else _Outcome.DONE
        except CallEnded:
            return _Outcome.DONE
        except CallHandedOver:
            return _Outcome.LOST
        except Exception as error:
            self._on_trouble(as_jambus_error(error, f"ending call {call.call_sid}"))
            return _Outcome.FAILED

    def _tell(self, error: Exception, call: Call) -> None:
        try:
            if self._options.on_error is not None:
                return self._options.on_error(error, call)
        except Exception:
            logger.exception("on_error failed, told of call %s", call.call_sid)
        logger.warning("the function that serves call %s failed", call.call_sid, exc_info=error)
