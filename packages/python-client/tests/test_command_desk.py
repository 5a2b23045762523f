"""Commands keep their order, and each has one outcome."""

import asyncio
import json

import pytest

from jambus import JambusError
from jambus.command_desk import CommandDesk, Publish
from jambus.outgoing import OutgoingCommand, outgoing_command


class Outlet:
    """A bus that answers as it is told to."""

    def __init__(self, *answers: Publish | JambusError) -> None:
        self.answers = [*answers]
        self.published: list[str] = []

    def connected(self) -> bool:
        return True

    async def publish(self, command: OutgoingCommand) -> Publish:
        self.published.append(command.id)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else Publish.STORED
        if isinstance(answer, JambusError):
            raise answer
        return answer


def command(command_id: str, expires_in: float = 5) -> OutgoingCommand:
    return outgoing_command("/test", "a-call", {"type": "command"}, id=command_id, expires_in=expires_in)


def result(command_id: str, status: str = "delivered") -> bytes:
    return json.dumps({"commandId": command_id, "callSid": "a-call", "status": status, "at": "now"}).encode()


def test_commands_of_a_call_are_published_in_order_and_have_their_own_results() -> None:
    async def run() -> None:
        outlet = Outlet()
        desk = CommandDesk(outlet)
        sending = [asyncio.ensure_future(desk.send(command(str(number)))) for number in range(20)]
        await asyncio.sleep(0.05)
        assert outlet.published == [str(number) for number in range(20)]
        for number in reversed(range(20)):
            desk.take("a-call", result(str(number), "started"))
            desk.take("a-call", result(str(number)))
        results = await asyncio.gather(*sending)
        assert [each["commandId"] for each in results] == outlet.published
        assert desk.waiting_since is None

    asyncio.run(run())


def test_what_is_not_answered_is_published_again_and_a_duplicate_then_is_its_own() -> None:
    async def run() -> None:
        outlet = Outlet(Publish.UNANSWERED, Publish.DUPLICATE)
        desk = CommandDesk(outlet)
        sending = asyncio.ensure_future(desk.send(command("one")))
        await asyncio.sleep(0.7)
        desk.take("a-call", result("one"))
        assert (await sending)["status"] == "delivered"
        assert outlet.published == ["one", "one"]

    asyncio.run(run())


def test_a_duplicate_at_once_is_one_and_so_is_the_second_of_an_id() -> None:
    async def run() -> None:
        desk = CommandDesk(Outlet(Publish.DUPLICATE))
        assert (await desk.send(command("one"))).get("code") == "duplicate"
        sending = asyncio.ensure_future(desk.send(command("two")))
        await asyncio.sleep(0.01)
        assert (await desk.send(command("two"))).get("code") == "duplicate"
        desk.take("a-call", result("two"))
        assert (await sending)["status"] == "delivered"

    asyncio.run(run())


def test_a_refusal_holds_up_nobody() -> None:
    async def run() -> None:
        desk = CommandDesk(Outlet(JambusError("bus_refused", "too large")))
        refused = asyncio.ensure_future(desk.send(command("one")))
        taken = asyncio.ensure_future(desk.send(command("two")))
        with pytest.raises(JambusError, match="too large"):
            await refused
        await asyncio.sleep(0.01)
        desk.take("a-call", result("two"))
        assert (await taken)["status"] == "delivered"

    asyncio.run(run())


def test_without_a_result_it_ends_after_its_expiry_or_with_the_client() -> None:
    async def run() -> None:
        desk = CommandDesk(Outlet(), result_margin=0.05)
        with pytest.raises(JambusError, match="is an adapter running"):
            await desk.send(command("one", expires_in=0.05))
        sending = asyncio.ensure_future(desk.send(command("two")))
        await asyncio.sleep(0.01)
        desk.close(JambusError("stopped", "closed"))
        with pytest.raises(JambusError, match="closed"):
            await sending

    asyncio.run(run())


def test_what_no_header_can_carry_is_refused() -> None:
    for wrong in ("", "two\nlines", " blank", "x" * 513):
        with pytest.raises(JambusError, match="id: expected"):
            command(wrong)
