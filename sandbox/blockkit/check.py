"""Collects what is wrong with a block, and where, in the words and pointers Slack answers with."""

from typing import Any

JSON = dict[str, Any]


class Check:
    """The problems found so far, and the place that is looked at."""

    def __init__(self, root: str) -> None:
        self.problems: list[str] = []
        self._path = [root]

    def inside(self, *keys: str | int) -> "Check":
        """The same collection, one place deeper."""
        deeper = Check.__new__(Check)
        deeper.problems = self.problems
        deeper._path = [*self._path, *(str(key) for key in keys)]
        return deeper

    @property
    def pointer(self) -> str:
        """The place, as a JSON pointer."""
        return "/" + "/".join(part for part in self._path if part)

    def fault(self, sentence: str) -> None:
        """Something is wrong here."""
        self.problems.append(f"[ERROR] {sentence} [json-pointer:{self.pointer}]")

    def mapping(self, value: Any) -> bool:
        """Whether an object stands here."""
        if isinstance(value, dict):
            return True
        self.fault("must provide an object")
        return False

    def keys(self, table: JSON, required: set[str], optional: set[str]) -> None:
        """Required keys are there and unknown ones are not."""
        for key in sorted(required - table.keys()):
            self.fault(f"missing required field: {key}")
        for key in table:
            if key not in required and key not in optional:
                self.fault(f"no more than allowed fields: invalid additional property: {key}")

    def string(self, table: JSON, key: str, limit: int, *, least: int = 0, required: bool = False) -> None:
        """A text under `key`, of `least` to `limit` characters."""
        if key not in table or table[key] is None:
            if required:
                self.fault(f"missing required field: {key}")
            return
        value, here = table[key], self.inside(key)
        if not isinstance(value, str):
            here.fault("must provide a string")
        elif len(value) > limit:
            here.fault(f"must be less than {limit + 1} characters")
        elif len(value) < least:
            here.fault(f"must be more than {least - 1} characters")

    def items(self, value: Any, *, most: int, least: int = 1) -> bool:
        """Whether an array of this many stands here."""
        if not isinstance(value, list):
            self.fault("must provide an array")
            return False
        if len(value) > most:
            self.fault(f"no more than {most} items allowed")
            return False
        if len(value) < least:
            self.fault(f"no fewer than {least} items allowed" if least > 1 else "must be more than 0 items")
            return False
        return True

    def boolean(self, table: JSON, key: str) -> None:
        """True or false under `key`, if anything."""
        if key in table and not isinstance(table[key], bool):
            self.inside(key).fault("must provide a boolean")

    def one_of(self, table: JSON, key: str, allowed: set[str]) -> None:
        """One of these words under `key`, if anything."""
        if key in table and table[key] not in allowed:
            self.inside(key).fault(f"must be one of: {', '.join(sorted(allowed))}")
