"""Calls of a durable name on Kafka."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.structs import OffsetAndMetadata

from ..calls.claim import Claim, ClaimOptions
from ..errors import JambusError
from ..trouble import as_jambus_error
from ..wakers import Wakers
from .link import KafkaLink
from .partition_calls import KafkaClaim, PartitionCalls

#: How often positions are committed, seconds.
_COMMIT_EVERY = 0.5
_POLL_MS = 200
_AGAIN_AFTER = 0.5
#: A commit that is not done by then is not waited for, seconds.
_COMMIT_WITHIN = 3.0
#: Before it is looked for the places again, seconds.
_PLACE_WITHIN = 3.0


class KafkaClaims:
    """A durable name is a consumer group: whoever has the partition of a call has the call."""

    def __init__(self, link: KafkaLink, options: ClaimOptions) -> None:
        self._link = link
        self._group = options.durable
        self._application = options.application
        self._topic = link.names.events
        self._waiting: deque[KafkaClaim] = deque()
        self._arrivals = Wakers()
        self._works: dict[TopicPartition, PartitionCalls] = {}
        #: What was committed last, as far as we know.
        self._committed: dict[TopicPartition, tuple[int, str]] = {}
        #: Counts how often the group has met: what was fetched before the last time may be of other places.
        self._meetings = 0
        #: Since when nobody has given us partitions, on the monotonic clock.
        self._revoked_at: float | None = None
        self._placing: asyncio.Task[None] | None = None
        #: Our partitions are read from where they have to be.
        self._begun = False
        self._placed = asyncio.Event()
        self._failure: JambusError | None = None
        self._closed = False
        self._consumer: AIOKafkaConsumer | None = None
        self._admin: AIOKafkaAdminClient | None = None
        self._living = asyncio.ensure_future(self._live())

    async def ready(self) -> None:
        placed = asyncio.ensure_future(self._placed.wait())
        await asyncio.wait({placed, self._living}, return_when=asyncio.FIRST_COMPLETED)
        placed.cancel()
        if self._failure is not None:
            raise self._failure

    async def next(self) -> Claim | None:
        while True:
            if self._waiting and not self._closed:
                return self._waiting.popleft()
            if self._failure is not None:
                raise self._failure
            if self._closed:
                return None
            await self._arrivals.wait()

    def end(self) -> None:
        # New calls go on coming with the events of those that are still served: they are handed over with them.
        return

    async def close(self) -> None:
        self._closed = True
        self._arrivals.wake()
        self._living.cancel()
        await asyncio.wait({self._living})

    async def _live(self) -> None:
        try:
            await self._open()
            await self._read()
        except Exception as error:
            self._failure = as_jambus_error(error, f"reading as {self._group}")
        finally:
            self._closed = True
            await self._leave()
            self._arrivals.wake()

    async def _open(self) -> None:
        self._admin = self._link.admin()
        await self._admin.start()
        session_ms = round(self._link.session_timeout * 1_000)
        self._consumer = self._link.consumer(
            group_id=self._group,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 6,
            rebalance_timeout_ms=session_ms,
            partition_assignment_strategy=[_assignor()],
            fetch_max_wait_ms=_POLL_MS,
        )
        await self._consumer.start()
        self._consumer.subscribe([self._topic], listener=_Listener(self))

    async def _read(self) -> None:
        committed_at = time.monotonic()
        while True:
            meeting = self._meetings
            try:
                found = await self._fetched()
            except Exception as error:
                if not getattr(error, "retriable", False):
                    raise
                self._link.on_trouble(as_jambus_error(error, f"reading {self._topic}"))
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            if self._begun and meeting == self._meetings:
                await self._take(found)
            elif self._begun:
                # There is no telling from which place it was fetched.
                self._fetch_again(found)
            self._check_session()
            if self._begun and time.monotonic() >= committed_at + _COMMIT_EVERY:
                await self._commit()
                committed_at = time.monotonic()

    async def _fetched(self) -> dict[TopicPartition, list[Any]]:
        assert self._consumer is not None
        found: dict[TopicPartition, list[Any]] = await self._consumer.getmany(timeout_ms=_POLL_MS)
        return found

    async def _take(self, found: dict[TopicPartition, list[Any]]) -> None:
        meeting = self._meetings
        for partition, records in found.items():
            work = self._works.get(partition)
            if work is not None:
                work.take(records)
        for partition, work in [*self._works.items()]:
            # The last record may be one that nobody is given.
            if work.reads_past and self._consumer is not None and partition in self._consumer.assignment():
                position = await self._consumer.position(partition)
                if meeting == self._meetings:
                    work.reached(position - 1)

    def _fetch_again(self, found: Iterable[TopicPartition]) -> None:
        for partition in found:
            work = self._works.get(partition)
            if work is not None and self._consumer is not None and partition in self._consumer.assignment():
                self._consumer.seek(partition, work.last + 1)

    def _offer(self, claim: KafkaClaim) -> None:
        self._waiting.append(claim)
        self._arrivals.wake()

    async def revoked(self) -> None:
        """The group meets. Until it has, nobody has our partitions."""
        self._revoked_at = time.monotonic()
        if self._placing is not None:
            self._placing.cancel()
        if self._begun:
            await self._commit()
        self._begun = False

    async def assigned(self, partitions: set[TopicPartition]) -> None:
        """The group has met."""
        for partition in [*self._works]:
            if partition not in partitions:
                self._drop(partition)
        self._revoked_at = None
        # There are no signs of life of this process until this returns, so nothing is waited for here.
        self._placing = asyncio.ensure_future(self._place_until_done(partitions))

    async def _place_until_done(self, partitions: set[TopicPartition]) -> None:
        while True:
            try:
                return await asyncio.wait_for(self._place(partitions), _PLACE_WITHIN)
            except Exception as error:
                self._link.on_trouble(as_jambus_error(error, f"looking for the position of {self._group}"))
                await asyncio.sleep(_AGAIN_AFTER)

    async def _place(self, partitions: set[TopicPartition]) -> None:
        """Begins where the group has been, or else with what is published from now on."""
        consumer, admin = self._consumer, self._admin
        assert consumer is not None and admin is not None
        if not partitions:
            self._begin(consumer, {}, {})
            return
        ends = await consumer.end_offsets([*partitions])
        known = await admin.list_consumer_group_offsets(self._group, partitions=[*partitions])
        places = {
            partition: (place.offset, place.metadata or "")
            for partition, place in known.items()
            if partition in partitions and place.offset >= 0
        }
        unplaced = {partition: (ends[partition], "") for partition in partitions if partition not in places}
        if unplaced:
            # A new name has a beginning also where nothing comes for a while.
            await consumer.commit({each: OffsetAndMetadata(*place) for each, place in unplaced.items()})
        self._begin(consumer, {**places, **unplaced}, ends)

    def _begin(
        self, consumer: AIOKafkaConsumer, places: dict[TopicPartition, tuple[int, str]], ends: dict[TopicPartition, int]
    ) -> None:
        self._meetings += 1
        self._begun = True
        for partition, place in places.items():
            work = self._works.get(partition)
            # Where another position is committed than ours, somebody else was there meanwhile.
            if work is None or self._committed.get(partition) != place:
                self._drop(partition)
                work = PartitionCalls(
                    committed=place[0],
                    beside=place[1],
                    end=ends[partition],
                    application=self._application,
                    offer=self._offer,
                    on_trouble=self._link.on_trouble,
                )
                self._works[partition] = work
                self._committed[partition] = place
            consumer.seek(partition, work.last + 1)
        self._placed.set()

    def _drop(self, partition: TopicPartition) -> None:
        self._committed.pop(partition, None)
        work = self._works.pop(partition, None)
        if work is not None:
            work.stop()

    def _check_session(self) -> None:
        """Once a session is over without another meeting, others may have the partitions."""
        if self._revoked_at is not None and time.monotonic() > self._revoked_at + self._link.session_timeout:
            for partition in [*self._works]:
                self._drop(partition)

    async def _commit(self) -> None:
        if self._consumer is None:
            return
        wanted = {each: work.position for each, work in self._works.items()}
        changed = {each: place for each, place in wanted.items() if self._committed.get(each) != place}
        changed = {each: place for each, place in changed.items() if each in self._consumer.assignment()}
        if not changed:
            return
        offsets = {each: OffsetAndMetadata(*place) for each, place in changed.items()}
        try:
            await asyncio.wait_for(self._consumer.commit(offsets), _COMMIT_WITHIN)
            self._committed.update(changed)
        except Exception as error:
            self._link.on_trouble(as_jambus_error(error, f"committing as {self._group}"))

    async def _leave(self) -> None:
        self._waiting.clear()
        if self._placing is not None:
            self._placing.cancel()
        if self._begun:
            await self._commit()
        for partition in [*self._works]:
            self._drop(partition)
        for closing in (self._consumer, self._admin):
            try:
                if closing is not None:
                    await (closing.stop() if isinstance(closing, AIOKafkaConsumer) else closing.close())
            except Exception as error:
                self._link.on_trouble(as_jambus_error(error, f"leaving {self._group}"))
        self._consumer = None


class _Listener(ConsumerRebalanceListener):
    """Told of the meetings of the group."""

    def __init__(self, claims: KafkaClaims) -> None:
        self._claims = claims

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._claims.revoked()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._claims.assigned(set(assigned))


def _assignor() -> type[StickyPartitionAssignor]:
    """Of each consumer its own, as the class has the state. Who comes with another name is not let into the group."""

    class CallsAssignor(StickyPartitionAssignor):
        name = "jambus-python-calls"

    return CallsAssignor
