"""The answers to a category's own questions, checked as they come in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ticketing.categories import FieldDefinition, FieldType
from ticketing.errors import InvalidInput

LONGEST_ANSWER = 3000
LARGEST_NUMBER = 1e15  # below it every whole number is kept exactly

Answer = str | int | float


def check_fields(definitions: Sequence[FieldDefinition], answers: Mapping[str, object]) -> dict[str, Answer]:
    """
    The answers as they are stored, in the order of the questions; what was left empty is left out.

    A number may come as text ("12.5"). Raises InvalidInput, naming the field, for one that is not asked, one that is
    required and missing, and one that does not fit.
    """
    asked = {definition.key for definition in definitions}
    for key in answers:
        if key not in asked:
            raise InvalidInput(key, f"There is no field {key!r} in this category.")
    checked: dict[str, Answer] = {}
    for definition in definitions:
        answer = answers.get(definition.key)
        if isinstance(answer, str):
            answer = answer.strip()
        if answer is not None and answer != "":
            checked[definition.key] = _check(definition, answer)
        elif definition.required:
            raise InvalidInput(definition.key, f"{definition.label} is needed.")
    return checked


def _check(definition: FieldDefinition, answer: object) -> Answer:
    if definition.type is FieldType.NUMBER:
        return _number(definition, answer)
    if not isinstance(answer, str):
        raise InvalidInput(definition.key, f"{definition.label} has to be text.")
    if definition.type is FieldType.SELECT:
        if answer not in definition.options:
            raise InvalidInput(definition.key, f"{definition.label} has to be one of the options.")
        return answer
    longest = definition.max_length or LONGEST_ANSWER
    if len(answer) > longest:
        raise InvalidInput(definition.key, f"{definition.label} takes {longest} characters at most.")
    if not _can_be_stored(answer):
        raise InvalidInput(definition.key, f"{definition.label} holds characters that cannot be stored.")
    return answer


def _number(definition: FieldDefinition, answer: object) -> int | float:
    number: float = math.nan
    if isinstance(answer, int | float | str) and not isinstance(answer, bool):
        try:
            number = float(answer)
        except (ValueError, OverflowError):
            number = math.nan
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise InvalidInput(definition.key, f"{definition.label} has to be a number, such as 12 or 12.5.")
    return int(number) if number.is_integer() else number


def _can_be_stored(text: str) -> bool:
    """Control characters (NUL above all) no database takes gladly; half of a surrogate pair is no UTF-8."""
    return all(letter >= " " or letter in {"\n", "\t", "\r"} for letter in text) and not any(
        "\ud800" <= letter <= "\udfff" for letter in text
    )
