"""Messages that are with this process, from when they come until they are acknowledged."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from dataclasses import dataclass

from .consumer import ACK_WAIT
from .link import NatsLink

#: Signs of life within the time that the server waits for one.
_SIGNS_OF_LIFE = 5
#: Numbers of messages that are remembered when they are done.
_MOST_REMEMBERED = 256
#: How soon what was given back is handed over again, seconds: by then the server knows that its process has left.
_AGAIN_AFTER = 1.0

_DONE = b"+ACK"
_WORKING = b"+WPI"
_AGAIN = b"-NAK " + json.dumps({"delay": int(_AGAIN_AFTER * 1e9)}).encode()


@dataclass(frozen=True)
class Delivery:
    """A message of the consumer."""

    subject: str
    headers: dict[str, str]
    data: bytes
    #: Where it is acknowledged.
    reply: str
    #: Its number in the stream.
    sequence: int
    #: How often it was handed over, to whomever.
    deliveries: int


@dataclass
class _Held:
    delivery: Delivery
    #: When it is ours no more, on the monotonic clock.
    until: float


class Holdings:
    """Says at intervals of all messages that they are worked on, and keeps account of how long they are ours.

    Each round of this ends with a ping. Once its pong is here, the server has heard the round. So the server's wait
    began no sooner than the last round that was answered. The time at which a message comes says nothing, as a process
    that was stopped finds old ones in its socket.
    """

    def __init__(self, link: NatsLink, ack_wait: float) -> None:
        self._link = link
        self._ack_wait = ack_wait
        self._held: dict[int, _Held] = {}
        self._finished: OrderedDict[int, None] = OrderedDict()
        self._answered_round = time.monotonic()
        self._rounds = asyncio.ensure_future(self._give_signs())

    @property
    def in_touch(self) -> bool:
        """False when what comes next may be too old to be ours."""
        return time.monotonic() < self._answered_round + self._ack_wait / 2

    async def take(self, delivery: Delivery) -> bool:
        """A message has come. Returns False for one that is done: it was sent before the server heard of that."""
        if delivery.sequence in self._finished:
            await self._link.publish(delivery.reply, _DONE)
            return False
        self._held[delivery.sequence] = _Held(delivery, self._answered_round + self._ack_wait)
        return True

    def is_ours(self, delivery: Delivery) -> bool:
        """False from when the server may have given the message to another process, and once it is done."""
        held = self._held.get(delivery.sequence)
        return held is not None and time.monotonic() < held.until

    async def done(self, delivery: Delivery) -> None:
        """Acknowledges a message, whoever has it by now."""
        self._held.pop(delivery.sequence, None)
        self._finished[delivery.sequence] = None
        if len(self._finished) > _MOST_REMEMBERED:
            self._finished.popitem(last=False)
        await self._link.publish(delivery.reply, _DONE)

    async def give_back(self, delivery: Delivery) -> None:
        """Lets the server hand a message over again. One that is ours no more is left to the process that has it."""
        if self.is_ours(delivery):
            await self._link.publish(delivery.reply, _AGAIN)
        self._held.pop(delivery.sequence, None)

    def close(self) -> None:
        """Gives no more signs of life."""
        self._rounds.cancel()

    async def _give_signs(self) -> None:
        # Others who use the consumer may shorten a wait that is longer than ours.
        interval = min(self._ack_wait, ACK_WAIT) / _SIGNS_OF_LIFE
        while True:
            began = time.monotonic()
            if self._link.connected:
                await self._round(began)
            await asyncio.sleep(max(0.0, began + interval - time.monotonic()))

    async def _round(self, began: float) -> None:
        told = [held for held in self._held.values() if self.is_ours(held.delivery)]
        self._held = {held.delivery.sequence: held for held in told}
        for held in told:
            await self._link.publish(held.delivery.reply, _WORKING)
        if not await self._link.flush(self._ack_wait):
            return
        self._answered_round = began
        for held in told:
            held.until = began + self._ack_wait
