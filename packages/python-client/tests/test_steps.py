"""Steps of a call: what they send, what they wait for, and what they do when they are run again."""

import asyncio
from typing import Any

import pytest
from conftest import CALL_SID, Scene

from jambus import AskedLeg, Call, CallEnded, CallHandedOver, CallTimeout, CommandRejected, Leg, VerbFailed
from jambus.calls.step_ids import StepIds


def test_the_name_of_a_step_follows_from_what_it_sends_and_from_its_place() -> None:
    first, again = StepIds(), StepIds()
    names = [first.next(content) for content in (["say", {"text": "A", "loop": 1}], ["say", {"text": "B"}])]
    # Steps that overlap may come in another order.
    others = [again.next(content) for content in (["say", {"text": "B"}], ["say", {"loop": 1, "text": "A"}])]
    assert names == [*reversed(others)]
    assert first.next(["say", {"text": "B"}]) == names[1].replace(".1", ".2")


def test_the_first_verbs_answer_the_call_and_later_ones_redirect() -> None:
    async def run() -> None:
        scene = Scene()
        saying = asyncio.ensure_future(scene.call().say("Hello"))
        config, say = await scene.verbs(1)
        assert scene.sent[0][1]["type"] == "ack" and scene.sent[0][1]["msgid"] == "first"
        assert config == {"verb": "config", "notifyEvents": True}
        assert say == {"verb": "say", "text": "Hello", "id": say["id"]}
        scene.say("verb:status", {"id": say["id"], "event": "finished"})
        await saying

    asyncio.run(run())


def test_a_loop_over_events_sees_also_those_that_a_step_beside_it_has_waited_for() -> None:
    async def run() -> None:
        scene = Scene()
        call = scene.call()
        gathering = asyncio.ensure_future(call.gather({"input": ["digits"]}))
        gather = (await scene.verbs(1))[-1]
        events = call.events()
        scene.say("verb:status", {"event": "starting"})
        scene.say("verb:hook", {"digits": "1"}, hook=gather["actionHook"], msgid="hook")
        await gathering
        # By now the function stands behind both.
        assert [(await anext(events)).type for _ in range(2)] == ["verb:status", "verb:hook"]

    asyncio.run(run())


def test_a_gather_returns_what_its_hook_told_and_the_next_verbs_are_the_answer() -> None:
    async def run() -> None:
        scene = Scene()
        call = scene.call()
        gathering = asyncio.ensure_future(call.gather({"input": ["digits"]}))
        verb = (await scene.verbs(1))[-1]
        assert call.deadline is None
        scene.say("verb:hook", {"digits": "1"}, hook=verb["actionHook"], msgid="second")
        assert (await gathering).get("digits") == "1"
        assert call.deadline is not None
        await call.verbs([{"verb": "pause", "length": 1}])
        assert scene.sent[1][1] == {"type": "ack", "msgid": "second", "data": [{"verb": "pause", "length": 1}]}

    asyncio.run(run())


def test_a_verb_that_jambonz_cannot_run_fails() -> None:
    async def run() -> None:
        scene = Scene()
        playing = asyncio.ensure_future(scene.call().play("https://example.com/none.wav"))
        verb_id = (await scene.verbs(1))[-1]["id"]
        scene.say("jambonz:error", {"id": verb_id, "msg": "not found"})
        scene.say("verb:status", {"id": verb_id, "event": "finished"})
        with pytest.raises(VerbFailed, match="not found"):
            await playing

    asyncio.run(run())


def test_what_waits_is_told_of_the_end_of_the_call_and_of_the_hand_over() -> None:
    async def run() -> None:
        ended, abandoned = Scene(), Scene()
        saying = [asyncio.ensure_future(scene.call().say("Hello")) for scene in (ended, abandoned)]
        await ended.verbs(1)
        ended.say("call:status", {"call_sid": CALL_SID, "call_status": "completed"})
        abandoned.log.abandon()
        with pytest.raises(CallEnded):
            await saying[0]
        with pytest.raises(CallHandedOver):
            await saying[1]

    asyncio.run(run())


def test_a_refusal_is_told() -> None:
    async def run() -> None:
        scene = Scene()
        scene.outcome = {"status": "rejected", "code": "invalid", "detail": "no such verb"}
        with pytest.raises(CommandRejected, match="no such verb"):
            await scene.call().verbs([{"verb": "sing"}])
        scene.outcome = {"status": "rejected", "code": "duplicate"}
        await scene.call().verbs([{"verb": "say", "text": "Sent by another process"}])

    asyncio.run(run())


def test_waiting_has_a_limit() -> None:
    async def run() -> None:
        with pytest.raises(CallTimeout, match=r"within 0\.05 s"):
            await Scene().call().next(timeout=0.05)

    asyncio.run(run())


def test_run_again_it_sends_nothing_that_had_its_effect_and_waits_in_the_time_of_the_past() -> None:
    async def greet(call: Call) -> str:
        await call.say("Hello")
        try:
            await call.gather({"input": ["digits"]}, timeout=5)
        except CallTimeout:
            return "too late"
        return "in time"

    async def run() -> None:
        first = Scene()
        serving = asyncio.ensure_future(greet(first.call()))
        say_id = (await first.verbs(1))[-1]["id"]
        first.say("verb:status", {"id": say_id, "event": "finished"})
        gather = (await first.verbs(2))[-1]
        serving.cancel()

        for after, told in ((6, "in time"), (9, "too late")):
            again = Scene(resumed=True)
            again.say("verb:status", {"id": say_id, "event": "finished"}, causation_id=first.sent[0][0], after=2)
            progress = {"id": gather["id"], "event": "starting"}
            again.say("verb:status", progress, causation_id=first.sent[1][0], after=3)
            again.say("verb:hook", {"digits": "1"}, hook=gather["actionHook"], after=after)
            assert await greet(again.call()) == told
            assert again.sent == []

    asyncio.run(run())


def test_a_dial_asks_the_called_party_and_tells_who_has_answered() -> None:
    async def run() -> None:
        scene = Scene()
        whispered: list[str | None] = []

        async def confirm(leg: AskedLeg) -> Any:
            return await leg.gather({"input": ["digits"]})

        async def on_answer(leg: Leg) -> None:
            await leg.whisper("Recorded")
            whispered.append(leg.to)

        call = scene.call()
        dialling = asyncio.ensure_future(call.dial({"target": []}, confirm=confirm, on_answer=on_answer))
        dial = (await scene.verbs(1))[-1]
        party = {"call_sid": "a-party", "to": "+15550103"}
        scene.say("dial:confirm", party, hook=dial["confirmHook"], msgid="asked")
        gather, otherwise = await scene.verbs(2)
        assert scene.sent[1][1]["msgid"] == "asked" and otherwise == {"verb": "hangup"}
        scene.say("verb:hook", {"digits": "1"}, hook=gather["actionHook"], msgid="heard")
        assert await scene.verbs(3) == [{"verb": "config"}]
        await scene.until(lambda: whispered == ["+15550103"])
        assert scene.sent[3][1]["callSid"] == "a-party"
        scene.say("verb:hook", {"dial_call_status": "completed"}, hook=dial["actionHook"])
        assert (await dialling).get("dial_call_status") == "completed"

    asyncio.run(run())


def test_a_dial_whose_confirmation_fails_fails() -> None:
    async def run() -> None:
        scene = Scene()

        async def confirm(leg: AskedLeg) -> bool:
            raise ValueError("of the function")

        dialling = asyncio.ensure_future(scene.call().dial({"target": []}, confirm=confirm))
        dial = (await scene.verbs(1))[-1]
        scene.say("dial:confirm", {"call_sid": "a-party"}, hook=dial["confirmHook"], msgid="asked")
        with pytest.raises(ValueError, match="of the function"):
            await dialling

    asyncio.run(run())
