"""What becomes of a call whose function returns, throws, or is told to stop."""

import asyncio

from conftest import Scene

from jambus import Call, CallHandedOver
from jambus.calls.claim import Claim
from jambus.calls.service import Serve, Service, ServiceOptions


class Scenes:
    """Calls that are there from the beginning."""

    def __init__(self, *scenes: Scene) -> None:
        self.scenes = [*scenes]
        self.closed = False
        self._ended = asyncio.Event()

    async def ready(self) -> None: ...

    async def next(self) -> Claim | None:
        if self.scenes:
            return self.scenes.pop(0)
        await self._ended.wait()
        return None

    def end(self) -> None:
        self._ended.set()

    async def close(self) -> None:
        self.closed = True


def serving(claims: Scenes, scene: Scene, serve: Serve, concurrency: int = 10) -> Service:
    options = ServiceOptions(concurrency, "hangup", lambda *_: None, [{"verb": "say", "text": "Sorry"}], 3.5, 0.05)
    return Service(claims, scene.send, lambda _: None, options, serve)


def test_a_call_whose_function_returns_is_hung_up() -> None:
    async def run() -> None:
        async def serve(call: Call) -> None: ...

        scene = Scene()
        service = serving(Scenes(scene), scene, serve)
        await scene.until(lambda: scene.left is not None)
        assert scene.left == "done"
        assert (await scene.verbs(1))[-1] == {"verb": "hangup"}
        service.end()
        await service.ended

    asyncio.run(run())


def test_a_caller_whose_function_throws_hears_an_apology() -> None:
    async def run() -> None:
        async def serve(call: Call) -> None:
            raise ValueError

        scene = Scene()
        service = serving(Scenes(scene), scene, serve)
        assert (await scene.verbs(1))[1:] == [{"verb": "say", "text": "Sorry"}, {"verb": "hangup"}]
        service.end()
        await service.ended
        assert scene.left == "done"

    asyncio.run(run())


def test_told_to_stop_it_hands_over_what_does_not_finish_in_time() -> None:
    async def run() -> None:
        told: list[Exception] = []

        async def serve(call: Call) -> None:
            try:
                await call.say("For long")
            except Exception as error:
                told.append(error)
                raise

        scene = Scene()
        claims = Scenes(scene)
        service = serving(claims, scene, serve)
        await scene.verbs(1)
        service.end()
        await service.ended
        assert isinstance(told[0], CallHandedOver)
        assert (scene.left, claims.closed) == ("given back", True)

    asyncio.run(run())


def test_a_function_that_waits_for_something_else_is_cancelled() -> None:
    async def run() -> None:
        async def serve(call: Call) -> None:
            await asyncio.Event().wait()

        scene = Scene()
        service = serving(Scenes(scene), scene, serve)
        await asyncio.sleep(0.01)
        service.end()
        await service.ended
        assert scene.left == "given back"

    asyncio.run(run())


def test_there_are_only_so_many_at_a_time() -> None:
    async def run() -> None:
        begun: list[Call] = []

        async def serve(call: Call) -> None:
            begun.append(call)
            await call.next()

        first, second = Scene(), Scene()
        service = serving(Scenes(first, second), first, serve, concurrency=1)
        await first.until(lambda: len(begun) == 1)
        await asyncio.sleep(0.02)
        assert len(begun) == 1
        first.say("verb:status", {})
        await first.until(lambda: len(begun) == 2)
        second.say("verb:status", {})
        service.end()
        await service.ended

    asyncio.run(run())
