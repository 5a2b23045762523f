"""The events of a call are in order and each once."""

import asyncio

from conftest import CALL_SID, event_of, session_new

from jambus import CallEnded, CallHandedOver
from jambus.calls.log import CallLog


def sequences(log: CallLog) -> list[int]:
    found = (log.at(position) for position in range(log.end))
    return [event.sequence for event in found if event is not None]


def test_puts_events_in_their_order_and_takes_each_once() -> None:
    async def run() -> None:
        log = CallLog(session_new())
        for sequence in (3, 2, 3, 2, 4):
            log.take(event_of(sequence, "verb:status", {}))
        assert sequences(log) == [1, 2, 3, 4]
        assert not log.has_gap

    asyncio.run(run())


def test_waits_for_what_is_missing_until_it_will_not_come() -> None:
    async def run() -> None:
        log = CallLog(session_new())
        log.take(event_of(4, "verb:status", {}))
        assert (sequences(log), log.has_gap) == ([1], True)
        log.close_gap()
        assert (sequences(log), log.has_gap) == ([1, 4], False)

    asyncio.run(run())


def test_ends_with_the_last_status_of_its_own_leg() -> None:
    async def run() -> None:
        log = CallLog(session_new())
        log.take(event_of(2, "call:status", {"call_sid": "a-party", "call_status": "completed"}))
        assert log.ended is None
        log.take(event_of(3, "call:status", {"call_sid": CALL_SID, "call_status": "completed"}))
        assert isinstance(log.ended, CallEnded)
        log.abandon()
        assert isinstance(log.ended, CallEnded)

    asyncio.run(run())


def test_is_another_process_s_when_abandoned() -> None:
    async def run() -> None:
        log = CallLog(session_new())
        log.abandon()
        assert isinstance(log.ended, CallHandedOver)

    asyncio.run(run())


def test_keeps_what_a_reader_has_not_read() -> None:
    async def run() -> None:
        log = CallLog(session_new())
        reader = log.reader(1)
        for sequence in range(2, 1_000):
            log.take(event_of(sequence, "verb:status", {}))
        first = log.at(1)
        assert first is not None and first.sequence == 2
        reader.close()
        for sequence in range(1_000, 2_000):
            log.take(event_of(sequence, "verb:status", {}))
        assert log.at(1) is None
        assert log.end == 1_999

    asyncio.run(run())
