"""What goes wrong and is tried again, or passed over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from .errors import ErrorCode, JambusError

OnTrouble = Callable[[JambusError], None]

logger = logging.getLogger("jambus")


def guarded(on_trouble: OnTrouble | None) -> OnTrouble:
    """The given function, which may throw, or else a warning in the log."""

    def tell(error: JambusError) -> None:
        if on_trouble is None:
            logger.warning("%s", error)
            return
        try:
            on_trouble(error)
        except Exception:
            logger.exception("on_trouble failed, told of: %s", error)

    return tell


def as_jambus_error(error: BaseException, doing: str, code: ErrorCode = "bus_unavailable") -> JambusError:
    """The error as one of ours, with what was being done."""
    if isinstance(error, JambusError):
        return error
    made = JambusError(code, f"{doing}: {error or type(error).__name__}")
    made.__cause__ = error
    return made
