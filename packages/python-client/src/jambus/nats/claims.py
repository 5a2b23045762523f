"""Calls of a durable name on NATS."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from ..attributes import from_headers
from ..calls.claim import Claim, ClaimOptions
from ..calls.log import CallLog
from ..errors import JambusError
from ..event import Event, read_event
from ..trouble import as_jambus_error
from ..wakers import Wakers
from .call_events import CallEvents
from .consumer import open_consumer
from .holdings import Delivery, Holdings
from .link import NatsLink, unless_failing
from .subjects import call_sid_of, events_subject

#: How often it is looked whether calls are still ours, seconds.
_LOOK = 0.5
#: How long the server keeps a request for a call, seconds.
_REQUEST_LASTS = 5.0
#: An answer may take so much longer, seconds.
_ANSWER_MARGIN = 1.0
_AGAIN_AFTER = 0.5
_HAND_OVER_WITHIN = 1.0


class NatsClaim:
    """A call that is served here: its `session:new`, which is not acknowledged yet."""

    def __init__(
        self,
        session: Event,
        log: CallLog,
        delivery: Delivery,
        events: CallEvents,
        holdings: Holdings,
        left: Callable[[Delivery], bool],
    ) -> None:
        self.session = session
        self.log = log
        self.resumed = delivery.deliveries > 1
        self.delivery = delivery
        self._events = events
        self._holdings = holdings
        self._left = left

    async def prepared(self) -> None:
        # What it has to answer first is here. What was said since matters where somebody has answered it before.
        if self.resumed:
            await self._events.caught_up()

    async def done(self) -> None:
        await self._events.close()
        if self._left(self.delivery):
            await self._holdings.done(self.delivery)

    async def give_back(self) -> None:
        await self._events.close()
        if self._left(self.delivery):
            await self._holdings.give_back(self.delivery)

    def lose(self) -> None:
        """It is another process's."""
        self._left(self.delivery)
        self.log.abandon()


class NatsClaims:
    """A call is a message of a shared consumer that is not acknowledged yet.

    The server hands it over again when its process gives no sign of life.
    """

    def __init__(self, link: NatsLink, options: ClaimOptions) -> None:
        self._link = link
        self._durable = options.durable
        self._application = options.application
        self._subject = events_subject(link.names, "*", "session:new")
        self._served: dict[int, NatsClaim] = {}
        self._waiting: deque[Delivery] = deque()
        self._arrivals = Wakers()
        self._ended = False
        #: Until when a request may be answered, on the monotonic clock.
        self._asked_until = 0.0
        self._stream = ""
        self._inbox = link.nc.new_inbox()
        self._subscription: Subscription | None = None
        self._holdings: Holdings | None = None
        self._opening = asyncio.ensure_future(self._open())
        self._watching = asyncio.ensure_future(self._watch())
        self._link.on_connected.append(self._arrivals.wake)

    async def ready(self) -> None:
        await asyncio.shield(self._opening)

    async def next(self) -> Claim | None:
        await asyncio.shield(self._opening)
        while not self._ended:
            if self._waiting:
                claim = await self._claimed(self._waiting.popleft())
                if claim is not None:
                    return claim
                continue
            await self._ask()
            await self._arrivals.wait(_LOOK)
        return None

    def end(self) -> None:
        self._ended = True
        self._arrivals.wake()

    async def close(self) -> None:
        self.end()
        self._watching.cancel()
        self._opening.cancel()
        if self._arrivals.wake in self._link.on_connected:
            self._link.on_connected.remove(self._arrivals.wake)
        for claim in [*self._served.values()]:
            await claim.give_back()
        if self._holdings is None:
            return
        while self._waiting:
            await self._holdings.give_back(self._waiting.popleft())
        # What was on its way is given back as it comes. By the answer the server knows of all of it.
        if self._link.connected and await self._link.flush(_HAND_OVER_WITHIN):
            if self._subscription is not None:
                await unless_failing(self._subscription.unsubscribe())
            await self._link.flush(_HAND_OVER_WITHIN)
        self._holdings.close()

    async def _open(self) -> None:
        self._stream = await self._link.stream_of(events_subject(self._link.names))
        ack_wait = await open_consumer(self._link, self._stream, self._durable, self._subject)
        if self._holdings is None:
            self._holdings = Holdings(self._link, ack_wait)
            self._subscription = await self._link.nc.subscribe(self._inbox, cb=self._on_message)

    async def _reopen(self) -> None:
        """The consumer may have been deleted, or the server has no leader for it."""
        await asyncio.sleep(_AGAIN_AFTER)
        try:
            await self._open()
        except JambusError as error:
            self._link.on_trouble(error)

    async def _ask(self) -> None:
        """Asks for one call, once at a time: the others wait for any process."""
        now = time.monotonic()
        if now < self._asked_until or self._holdings is None:
            return
        if not self._link.connected or not self._holdings.in_touch:
            return
        self._asked_until = now + _REQUEST_LASTS + _ANSWER_MARGIN
        request = b'{"batch":1,"expires":%d}' % int(_REQUEST_LASTS * 1e9)
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._durable}"
        try:
            await self._link.nc.publish(subject, request, reply=self._inbox)
        except Exception as error:
            self._asked_until = 0.0
            self._link.on_trouble(as_jambus_error(error, "asking for calls"))

    async def _on_message(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status")
        if status == "100":
            return
        self._asked_until = 0.0
        if status is not None:
            if status not in ("404", "408"):
                await self._reopen()
            self._arrivals.wake()
            return
        holdings = self._holdings
        delivery = _delivery_of(message)
        if holdings is None or not await holdings.take(delivery):
            return
        if self._ended:
            await holdings.give_back(delivery)
            return
        self._waiting.append(delivery)
        self._arrivals.wake()

    async def _claimed(self, delivery: Delivery) -> Claim | None:
        """None for a message that is no call for us."""
        holdings = self._holdings
        # One that we serve was handed over again, to us: the holdings know by now.
        if holdings is None or delivery.sequence in self._served or not holdings.is_ours(delivery):
            return None
        session = self._session_in(delivery)
        if session is None or self._application not in (None, session.application):
            await holdings.done(delivery)
            return None
        log = CallLog(session, lambda: self._link.on_trouble(_forgotten(session.call_sid)))
        events = CallEvents(self._link, self._stream, session.call_sid, delivery.sequence, log)
        claim = NatsClaim(session, log, delivery, events, holdings, self._leave)
        self._served[delivery.sequence] = claim
        return claim

    def _leave(self, delivery: Delivery) -> bool:
        """False when it was left before: it may be served here once more."""
        claim = self._served.get(delivery.sequence)
        if claim is None or claim.delivery is not delivery:
            return False
        del self._served[delivery.sequence]
        return True

    def _session_in(self, delivery: Delivery) -> Event | None:
        call_sid = call_sid_of(self._link.names.events, delivery.subject)
        try:
            session = read_event(call_sid or "", from_headers(delivery.headers.items(), "ce-"), delivery.data)
        except JambusError as error:
            self._link.on_trouble(error)
            return None
        return session if session.type == "session:new" else None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            for claim in [*self._served.values()]:
                if self._holdings is None or not self._holdings.is_ours(claim.delivery):
                    claim.lose()


def _delivery_of(message: Msg) -> Delivery:
    metadata = message.metadata
    return Delivery(
        subject=message.subject,
        headers=message.headers or {},
        data=message.data,
        reply=message.reply,
        sequence=metadata.sequence.stream,
        deliveries=metadata.num_delivered or 1,
    )


def _forgotten(call_sid: str) -> JambusError:
    return JambusError("overloaded", f"call {call_sid}: events that nobody waits for are forgotten")
