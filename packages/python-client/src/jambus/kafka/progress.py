"""What stands beside a committed position.

Nothing behind a call that is being served is committed. So that calls which were done meanwhile are not served again,
their absence is written there: how far the partition was read, and which calls are open. Offsets are distances in base
36, as brokers bound what may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

#: Brokers take 4,096 bytes unless told otherwise.
LONGEST = 4_000
_LONGEST_NUMBER = 11
_FORM = re.compile(r"[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def write_progress(watermark: int, reached: int, opened: Iterable[int], longest: int = LONGEST) -> str:
    """`opened` are offsets behind the watermark, in their order. What has no room is left out and is read again."""
    distances: list[str] = []
    last, end, length = watermark, reached, _LONGEST_NUMBER
    for offset in opened:
        distance = _base36(offset - last)
        length += len(distance) + 1
        if length > longest:
            end = offset - 1
            break
        distances.append(distance)
        last = offset
    if reached <= watermark or not distances:
        return ""
    return ".".join([_base36(end - watermark), *distances])


def read_progress(watermark: int, text: str) -> Callable[[int], bool]:
    """What tells whether somebody before has finished an offset. Other text says nothing."""
    if _FORM.fullmatch(text) is None:
        return lambda _: False
    reached, *distances = (int(part, 36) for part in text.split("."))
    opened: set[int] = set()
    last = watermark
    for distance in distances:
        last += distance
        opened.add(last)
    return lambda offset: offset <= watermark + reached and offset not in opened


def _base36(number: int) -> str:
    digits = ""
    while number > 0:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
