"""The calls of one partition."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from ..calls.log import CallLog
from ..errors import JambusError
from ..event import Event, read_event
from ..trouble import OnTrouble, as_jambus_error
from .progress import read_progress, write_progress
from .records import attributes_of, key_of

#: An event may be published twice, after those behind it.
_MOST_REMEMBERED = 1_000
_SESSION_NEW = "jambonz.session.new"


class KafkaClaim:
    """A call that is served by whoever has its partition."""

    def __init__(self, calls: PartitionCalls, offset: int, session: Event, log: CallLog, resumed: bool) -> None:
        self._calls = calls
        self.offset = offset
        self.session = session
        self.log = log
        self.resumed = resumed

    async def prepared(self) -> None:
        # It is offered when its past is here.
        return

    async def done(self) -> None:
        self._calls.done(self)

    async def give_back(self) -> None:
        self._calls.give_back(self)


class PartitionCalls:
    """Nothing behind the `session:new` of a call that is being served is committed.

    So whoever is given the partition next reads all of it.
    """

    def __init__(
        self,
        *,
        committed: int,
        beside: str,
        end: int,
        application: str | None,
        offer: Callable[[KafkaClaim], None],
        on_trouble: OnTrouble,
    ) -> None:
        self._is_finished = read_progress(committed - 1, beside)
        #: What is there before this process has had the partition.
        self._fresh_from = end
        self._application = application
        self._offer_now = offer
        self._on_trouble = on_trouble
        #: By the offset of their `session:new`, in its order.
        self._open: dict[int, KafkaClaim] = {}
        self._by_call: dict[str, KafkaClaim] = {}
        self._done_calls: OrderedDict[str, None] = OrderedDict()
        #: Wait until all of their past is here. None once it is.
        self._early: list[KafkaClaim] | None = []
        self._stopped = False
        #: Offset of the last record that was read.
        self.last = committed - 1
        self._offer_early()

    @property
    def reads_past(self) -> bool:
        """Whether it is not known yet that all of the past is here."""
        return self._early is not None

    @property
    def position(self) -> tuple[int, str]:
        """What is to be committed: the next offset, and what stands beside it."""
        oldest = next(iter(self._open), None)
        watermark = self.last if oldest is None else min(oldest - 1, self.last)
        return watermark + 1, write_progress(watermark, self.last, self._open)

    def take(self, records: Iterable[Any]) -> None:
        for record in records:
            # What is fetched again after the group has met is here already.
            if record.offset <= self.last or self._stopped:
                continue
            self._put(record)
            self.last = record.offset
        self._offer_early()

    def reached(self, offset: int) -> None:
        """There is nothing for us up to here."""
        self.last = max(self.last, offset)
        self._offer_early()

    def done(self, claim: KafkaClaim) -> None:
        if self._open.get(claim.offset) is not claim:
            return
        del self._open[claim.offset]
        call_sid = claim.session.call_sid
        del self._by_call[call_sid]
        self._done_calls[call_sid] = None
        if len(self._done_calls) > _MOST_REMEMBERED:
            self._done_calls.popitem(last=False)

    def give_back(self, claim: KafkaClaim) -> None:
        if self._open.get(claim.offset) is not claim or self._stopped or claim.log.ended is not None:
            return
        self._offer_now(self._begin(claim.offset, claim.session, claim.log, resumed=True))

    def stop(self) -> None:
        """The partition is another process's."""
        self._stopped = True
        for claim in self._open.values():
            claim.log.abandon()

    def _put(self, record: Any) -> None:
        call_sid = key_of(record)
        if call_sid is None or record.value is None:
            return
        claim = self._by_call.get(call_sid)
        try:
            attributes = attributes_of(record)
            if claim is None:
                if attributes.get("type") != _SESSION_NEW or call_sid in self._done_calls:
                    return
                if not self._is_finished(record.offset):
                    self._meet(record.offset, read_event(call_sid, attributes, record.value))
                return
            claim.log.take(read_event(call_sid, attributes, record.value))
            # Kafka keeps the order, so what is missing was never published.
            if claim.log.has_gap:
                claim.log.close_gap()
        except Exception as error:
            self._on_trouble(as_jambus_error(error, f"an event of call {call_sid}", "bad_message"))

    def _meet(self, offset: int, session: Event) -> None:
        if session.type != "session:new" or self._application not in (None, session.application):
            return
        log = CallLog(session, lambda: self._on_trouble(_forgotten(session.call_sid)))
        claim = self._begin(offset, session, log, resumed=offset < self._fresh_from)
        if self._early is None:
            self._offer_now(claim)
        else:
            self._early.append(claim)

    def _begin(self, offset: int, session: Event, log: CallLog, *, resumed: bool) -> KafkaClaim:
        claim = KafkaClaim(self, offset, session, log, resumed)
        self._open[offset] = claim
        self._by_call[session.call_sid] = claim
        return claim

    def _offer_early(self) -> None:
        if self._early is None or self._stopped or self.last < self._fresh_from - 1:
            return
        claims, self._early = self._early, None
        for claim in claims:
            self._offer_now(claim)


def _forgotten(call_sid: str) -> JambusError:
    return JambusError("overloaded", f"call {call_sid}: events that nobody waits for are forgotten")
