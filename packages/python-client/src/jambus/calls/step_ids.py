"""Names for the steps of a call."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter

#: Enough that no two steps of a call are ever the same by chance.
_DIGEST_LENGTH = 12


class StepIds:
    """The same names when the function of the call is run again and does the same, also where steps overlap."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def next(self, content: object) -> str:
        """A step is known by what it sends, and by how many of the same content there were before."""
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:_DIGEST_LENGTH]
        self._counts[digest] += 1
        return f"{digest}.{self._counts[digest]}"
