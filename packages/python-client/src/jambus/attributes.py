"""CloudEvents attributes as headers of a transport, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Attributes = Mapping[str, str]

_UNPREFIXED = frozenset({"traceparent", "tracestate", "content-type"})


def to_headers(attributes: Attributes, prefix: str) -> dict[str, str]:
    """`id` becomes `ce-id` or `ce_id`."""
    return {name if name in _UNPREFIXED else prefix + name: value for name, value in attributes.items()}


def from_headers(headers: Iterable[tuple[str, str]], prefix: str) -> dict[str, str]:
    """The attributes among the headers; others are passed over."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower.startswith(prefix):
            found[lower[len(prefix) :]] = value
        elif lower in _UNPREFIXED:
            found[lower] = value
    return found
