"""Waiting for something to change."""

from __future__ import annotations

import asyncio


class Wakers:
    """Wakes all who wait. Who is woken looks again at what it waits for."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def wait(self, timeout: float | None = None) -> None:
        """Returns when somebody wakes, or after so many seconds."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait({waiting}, timeout=timeout)
        finally:
            self._waiting.discard(waiting)
