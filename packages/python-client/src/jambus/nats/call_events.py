"""What puts the events of one call into its log."""

from __future__ import annotations

import asyncio

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.errors import NotFoundError

from ..attributes import from_headers
from ..calls.log import CallLog
from ..event import read_event
from ..trouble import as_jambus_error
from .link import NatsLink, unless_failing
from .subjects import events_subject

#: Before a server that could not tell is asked again, seconds.
_ASK_AGAIN = 0.5
#: What was heard may not be stored yet, seconds.
_STORED_WITHIN = 1.0
#: By then every server of the cluster knows that we listen, seconds.
_HEARD_EVERYWHERE = 1.0


class CallEvents:
    """Hears the events of a call as they are published, which costs the server no consumer.

    What it cannot have heard is read from the stream: what was there before, what a lost connection has kept away, and
    what is missing between two events.
    """

    def __init__(self, link: NatsLink, stream: str, call_sid: str, after: int, log: CallLog) -> None:
        self._link = link
        self._stream = stream
        self._call_sid = call_sid
        self._subject = events_subject(link.names, call_sid)
        self._last = after
        self._log = log
        self._wanted = 0
        self._reading: asyncio.Task[None] | None = None
        self._subscription: Subscription | None = None
        self._closed = False
        self._link.on_connected.append(self._catch_up)
        self._opening = asyncio.ensure_future(self._open())

    async def caught_up(self) -> None:
        """Resolves when the log has what the stream had before."""
        await asyncio.shield(self._opening)
        reading = self._reading
        if reading is not None:
            await asyncio.wait({reading})

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._link.on_connected.remove(self._catch_up)
        self._opening.cancel()
        if self._reading is not None:
            self._reading.cancel()
        if self._subscription is not None and not self._link.nc.is_closed:
            await unless_failing(self._subscription.unsubscribe())

    async def _open(self) -> None:
        self._subscription = await self._link.nc.subscribe(self._subject, cb=self._hear)
        if self._closed:
            await unless_failing(self._subscription.unsubscribe())
            return
        self._catch_up()
        asyncio.get_running_loop().call_later(_HEARD_EVERYWHERE, self._catch_up)

    async def _hear(self, message: Msg) -> None:
        self._take(message.headers, message.data)
        if self._log.has_gap and (self._reading is None or self._reading.done()):
            self._catch_up()

    def _take(self, headers: dict[str, str] | None, data: bytes) -> None:
        try:
            attributes = from_headers((headers or {}).items(), "ce-")
            self._log.take(read_event(self._call_sid, attributes, data))
        except Exception as error:
            self._link.on_trouble(as_jambus_error(error, f"an event of call {self._call_sid}", "bad_message"))

    def _catch_up(self) -> None:
        if self._closed:
            return
        self._wanted += 1
        if self._reading is None or self._reading.done():
            self._reading = asyncio.ensure_future(self._read_all())

    async def _read_all(self) -> None:
        done = 0
        while done < self._wanted:
            reason = self._wanted
            try:
                await self._read_stored()
                done = reason
                if self._log.has_gap:
                    await asyncio.sleep(_STORED_WITHIN)
                    await self._read_stored()
                    self._log.close_gap()
            except Exception as error:
                self._link.on_trouble(as_jambus_error(error, f"reading the events of call {self._call_sid}"))
                await asyncio.sleep(_ASK_AGAIN)

    async def _read_stored(self) -> None:
        while self._log.ended is None:
            try:
                found = await self._link.js.get_msg(self._stream, self._last + 1, subject=self._subject, next=True)
            except NotFoundError:
                return
            self._last = found.seq or self._last
            self._take(found.headers, found.data or b"")
