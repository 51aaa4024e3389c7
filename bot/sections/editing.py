"""
The way between a form's fields and the document, there and back, and the faults of a document at the fields they come from.

Pure: documents and texts in, documents and texts out.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from bot.sections import codecs
from bot.sections.catalogue import CALENDARS, CATEGORIES, HOURS, Section, Setting
from bot.sections.codecs import UNSAID, Around
from bot.words import sections as words
from ticketing.calendars import ALWAYS

NEW = -1
"""The index of an entry that is not there yet."""

Document = Mapping[str, Any]
Values = Mapping[str, str]


class FieldFaults(Exception):
    """What was put into a form cannot be stored: a sentence for each field at fault."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(faults.values()))


def entries(section: Section, document: Document) -> list[dict[str, Any]]:
    """The entries of a section that is a list."""
    found = document.get(section.path[0], [])
    return list(found)


def entry_name(section: Section, entry: Mapping[str, Any], document: Document) -> str:
    """What people read of an entry."""
    if section.key in {CATEGORIES.key, CALENDARS.key}:
        return str(entry.get("name", ""))
    names = {each["key"]: each["name"] for each in document.get("categories", ())}
    parts = [names.get(entry.get("category"), entry.get("category")), str(entry.get("tier") or "").capitalize()]
    return ", ".join(str(part) for part in parts if part) or words.POLICY_OF_ALL


def values(section: Section, document: Document, index: int, around: Around) -> dict[str, str]:
    """What stands in each field of the section's form, or of an entry's."""
    if section.key == HOURS.key:
        return _hours(document)
    entry = _part(section, document, index)
    return {one.place: one.codec.write(_get(entry, one.place), around) for one in section.settings}


def apply(
    section: Section, document: Document, index: int, given: Values, around: Around, *, remove: bool = False
) -> dict[str, Any]:
    """The document with the fields in place; a field that the form did not have leaves its setting alone. Raises FieldFaults."""
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    if remove and section.is_list and index != NEW:
        del changed[section.path[0]][index]
        return changed
    read = _read(section, _part(section, document, index), given, around)
    if section.key == HOURS.key:
        return _open_in(changed, read)
    entry = _place(section, changed, index)
    before = dict(entry)
    for place, value in read.items():
        _set(entry, place, value)
    if section.key == CATEGORIES.key and index == NEW:
        entry.setdefault("key", codecs.key_of(str(entry.get("name", ""))))
    if section.key == CALENDARS.key and index != NEW:
        _rename_calendar(changed, str(before.get("name")), str(entry.get("name")))
    return changed


def at_fields(
    section: Section, document: Document, index: int, given: Values, faults: Collection[tuple[str, str]]
) -> dict[str, str]:
    """A sentence for each field from which a fault of the document comes; what comes from elsewhere stands at the usual one."""
    prefix = _prefix(section, document, index)
    found: dict[str, str] = {}
    for place, sentence in faults:
        inner: str | None = place.removeprefix(prefix).lstrip(".") if place.startswith(prefix) else None
        if section.key == HOURS.key:
            inner = place.rpartition(".")[2]
        own = _own(section, inner, sentence, given) if inner is not None else None
        if own is None or own not in given:
            usual = section.usual if section.usual in given else next(iter(given), section.usual)
            said = words.ELSEWHERE.format(place=place, sentence=sentence) if place else sentence
            found.setdefault(usual, said)
        else:
            found.setdefault(own, sentence)
    return found


def _own(section: Section, inner: str, sentence: str, given: Values) -> str:
    """The setting of a fault within the entry: by its place, else by what it quotes of the answers."""
    quoted = (one.place for one in section.settings if given.get(one.place) and repr(given[one.place]) in sentence)
    return _nearest(section, inner) or next(quoted, section.usual)


def digest(given: Values) -> str:
    """What tells one set of answers from another."""
    whole = "\x00".join(f"{place}\x01{value}" for place, value in sorted(given.items()))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _read(section: Section, entry: Mapping[str, Any], given: Values, around: Around) -> dict[str, Any]:
    read: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in section.settings:
        if one.place not in given:
            continue
        try:
            read[one.place] = _codec(one, entry).read(given[one.place], around)
        except ValueError as fault:
            faults[one.place] = str(fault)
        else:
            if one.is_needed and read[one.place] in (UNSAID, {}, []) and not one.options:
                faults[one.place] = words.IS_NEEDED
    if faults:
        raise FieldFaults(faults)
    return read


def _codec(one: Setting, entry: Mapping[str, Any]) -> codecs.Codec:
    if one.codec is not codecs.QUESTIONS:
        return one.codec
    return codecs.questions({asked["label"]: asked["key"] for asked in entry.get("fields", ())})


def _part(section: Section, document: Document, index: int) -> Mapping[str, Any]:
    if section.is_list:
        found = entries(section, document)
        return found[index] if 0 <= index < len(found) else {}
    part: Any = document
    for step in section.path:
        part = part.get(step, {})
    return dict(part)


def _place(section: Section, changed: dict[str, Any], index: int) -> dict[str, Any]:
    """The part of the document to be changed, made if it is new."""
    if not section.is_list:
        part = changed
        for step in section.path:
            part = part.setdefault(step, {})
        return part
    listed: list[dict[str, Any]] = changed.setdefault(section.path[0], [])
    if index == NEW:
        listed.append({})
    return listed[index]


def _get(entry: Mapping[str, Any], place: str) -> Any:
    found: Any = entry
    for step in place.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _set(entry: dict[str, Any], place: str, value: Any) -> None:
    *steps, last = place.split(".")
    for step in steps:
        entry = entry.setdefault(step, {})
    if value is UNSAID:
        entry.pop(last, None)
    else:
        entry[last] = value


def _prefix(section: Section, document: Document, index: int) -> str:
    if not section.is_list:
        return ".".join(section.path)
    count = len(entries(section, document))
    return f"{section.path[0]}[{count if index == NEW else index}]"


def _nearest(section: Section, inner: str) -> str | None:
    """The setting whose place the inner place is, or begins with."""
    fitting = [
        one.place
        for one in section.settings
        if inner == one.place or inner.startswith((f"{one.place}.", f"{one.place}["))
    ]
    return max(fitting, key=len, default=None)


def _rename_calendar(changed: dict[str, Any], before: str, after: str) -> None:
    for policy in changed.get("policies", ()):
        if policy.get("calendar") == before:
            policy["calendar"] = after


# The first run's "When are you open?" is one calendar and the promise for all that counts in it.


def _of_all(document: Document) -> Mapping[str, Any] | None:
    policies = document.get("policies", ())
    return next((one for one in policies if not one.get("category") and not one.get("tier")), None)


def _hours(document: Document) -> dict[str, str]:
    name = (_of_all(document) or {}).get("calendar")
    calendars: list[dict[str, Any]] = list(document.get("calendars", ()))
    named = [one for one in calendars if one["name"] == name]
    calendar: dict[str, Any] = next(iter([*named, *calendars]), {})
    return {
        "open": "hours" if name not in {None, ALWAYS.name} else "always",
        "windows": codecs.HOURS.write(calendar.get("windows"), Around({}, {}, {})),
        "zone": str(calendar.get("zone") or document.get("zone") or ""),
        "country": str(calendar.get("holidays", {}).get("country") or ""),
    }


def _open_in(changed: dict[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
    policies: list[dict[str, Any]] = changed.setdefault("policies", [])
    policy = next((one for one in policies if not one.get("category") and not one.get("tier")), None)
    if policy is None:
        policy = {}
        policies.append(policy)
    if read.get("open") == "always":
        policy["calendar"] = ALWAYS.name
        return changed
    if not read.get("windows"):
        raise FieldFaults({"windows": words.IS_NEEDED})
    zone = read.get("zone")
    if zone is not UNSAID:
        changed["zone"] = zone
    calendars: list[dict[str, Any]] = changed.setdefault("calendars", [])
    name = policy.get("calendar") if policy.get("calendar") != ALWAYS.name else None
    calendar = next((one for one in calendars if one["name"] == (name or words.OFFICE)), None)
    if calendar is None:
        calendar = {"name": words.OFFICE}
        calendars.append(calendar)
    calendar["windows"] = read["windows"]
    calendar.pop("zone", None)
    holidays = calendar.setdefault("holidays", {})
    _set(holidays, "country", read.get("country", UNSAID))
    if "country" not in holidays:
        holidays.pop("subdivision", None)
    policy["calendar"] = calendar["name"]
    return changed
