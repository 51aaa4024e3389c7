"""Ids in Slack's form: a letter for the kind, then capitals and digits."""

import hashlib
import random
import string

_ALPHABET = string.ascii_uppercase + string.digits
_LETTERS = string.ascii_letters + string.digits


class Ids:
    """Makes ids that are never given twice. The same seed gives the same ids in the same order."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 (ids of a workspace on localhost, not secrets)
        self._count = 0

    def new(self, kind: str) -> str:
        """An id such as `D0K3J9Q2XWA` for the kind `D`."""
        self._count += 1
        tail = "".join(self._random.choices(_ALPHABET, k=5))
        return f"{kind}0{_base36(self._count).zfill(4)}{tail}"

    def block(self) -> str:
        """A block or action id for one the app left out."""
        return "".join(self._random.choices(_LETTERS, k=5))

    def secret(self, length: int = 24) -> str:
        """The unguessable-looking tail of a ticket, trigger or url."""
        return "".join(self._random.choices(_LETTERS, k=length))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits or "A"


def credential(prefix: str, *parts: str) -> str:
    """A token for a workspace on localhost: the same at every start, so that a bot can be restarted beside it."""
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return f"{prefix}{digest[:32]}"
