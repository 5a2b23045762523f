"""What is committed of a partition, and where its calls land."""

import asyncio
from types import SimpleNamespace
from typing import Any

from aiokafka.partitioner import murmur2

from jambus.kafka.partition_calls import KafkaClaim, PartitionCalls
from jambus.kafka.progress import read_progress, write_progress


def record(offset: int, call_sid: str, kind: str = "session.new", sequence: int = 1) -> Any:
    attributes = {
        "id": f"{call_sid}/1/{sequence}",
        "sequence": str(sequence),
        "epoch": "1",
        "time": "2026-01-01T00:00:00.000Z",
        "type": f"jambonz.{kind}",
        "application": "/ivr",
    }
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    value = b'{"type":"%s","data":{}}' % kind.replace(".", ":").encode()
    return SimpleNamespace(offset=offset, key=call_sid.encode(), headers=headers, value=value)


def calls(offered: list[KafkaClaim], **where: Any) -> PartitionCalls:
    given: dict[str, Any] = {"committed": 10, "beside": "", "end": 10, "application": "/ivr", **where}
    return PartitionCalls(**given, offer=offered.append, on_trouble=lambda error: None)


def test_nothing_behind_a_call_that_is_served_is_committed() -> None:
    async def run() -> None:
        offered: list[KafkaClaim] = []
        work = calls(offered)
        work.take([record(10, "one"), record(11, "two"), record(12, "one", "verb.status", 2)])
        assert [claim.session.call_sid for claim in offered] == ["one", "two"]
        assert work.position[0] == 10
        await offered[1].done()
        assert work.position[0] == 10
        await offered[0].done()
        assert work.position == (13, "")

    asyncio.run(run())


def test_whoever_has_the_partition_next_serves_what_is_open_with_its_past() -> None:
    async def run() -> None:
        before: list[KafkaClaim] = []
        records = [record(10, "one"), record(11, "two"), record(12, "one", "verb.status", 2)]
        work = calls(before)
        work.take(records)
        await before[1].done()
        committed, beside = work.position

        after: list[KafkaClaim] = []
        next_work = calls(after, committed=committed, beside=beside, end=13)
        next_work.take(records[:2])
        assert after == []
        next_work.take(records[2:])
        assert [(claim.session.call_sid, claim.resumed, claim.log.end) for claim in after] == [("one", True, 2)]

    asyncio.run(run())


def test_calls_of_other_applications_are_passed_over() -> None:
    async def run() -> None:
        offered: list[KafkaClaim] = []
        work = calls(offered, application="/other")
        work.take([record(10, "one")])
        assert (offered, work.position) == ([], (11, ""))

    asyncio.run(run())


def test_a_call_that_is_given_back_is_offered_again() -> None:
    async def run() -> None:
        offered: list[KafkaClaim] = []
        work = calls(offered)
        work.take([record(10, "one")])
        await offered[0].give_back()
        assert [claim.resumed for claim in offered] == [False, True]
        work.stop()
        await offered[1].give_back()
        assert len(offered) == 2

    asyncio.run(run())


def test_progress_is_read_as_it_was_written() -> None:
    is_finished = read_progress(9, write_progress(9, 100, [10, 47, 90]))
    assert [offset for offset in range(10, 103) if not is_finished(offset)] == [10, 47, 90, 101, 102]
    assert write_progress(9, 9, []) == ""
    assert not read_progress(9, "something else")(10)


def test_progress_that_has_no_room_is_read_again() -> None:
    text = write_progress(9, 100_000, range(10, 90_000), longest=100)
    is_finished = read_progress(9, text)
    assert len(text) <= 100
    assert not any(is_finished(offset) for offset in range(10, 90_000))


def test_keys_land_where_the_java_client_has_them() -> None:
    # Of the tests of Kafka itself: UtilsTest.testMurmur2.
    known = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536}
    assert {text: _signed(murmur2(text.encode())) for text in known} == known


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number
