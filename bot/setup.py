"""The set-up as admins change it and leads read it: the configuration's sections as lists and forms, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import text
from bot.actions import Form, Press
from bot.blocks.parts import counted, said
from bot.channel_checks import ChannelChecks
from bot.members import skill_names
from bot.payloads import ShownView
from bot.sections import editing
from bot.sections.catalogue import LISTED, SECTIONS, Section, Setting
from bot.sections.codecs import Around
from bot.sections.editing import NEW, FieldFaults
from bot.values import MalformedValue
from bot.views.asking import Entry, EntryList, Kind, Question, QuestionForm
from bot.views.lists import Page
from bot.words import sections as words
from ticketing.configuration import Configuration, parse, to_document
from ticketing.desk import Desk
from ticketing.desk.recomputing import Recomputed
from ticketing.desk.settings import Preview
from ticketing.errors import InvalidConfiguration
from ticketing.model import Person, Role

ROWS = 10
NAMES_SHOWN = 6
TYPED = 3_000
"""What a field of a form holds; a longer setting is not asked, so that nothing of it is lost."""

VALUE_SHOWN = 150
REMOVE = "remove"


@dataclass(frozen=True)
class Editing:
    """What a form of the set-up remembers: which section and entry, the version it was read from, which answers were checked."""

    section: str
    index: int
    version: int
    checked: str = ""

    def text(self) -> str:
        return json.dumps([self.section, self.index, self.version, self.checked])

    @classmethod
    def read(cls, metadata: str) -> Editing:
        """The reverse of `text`. Raises MalformedValue."""
        try:
            section, index, version, checked = json.loads(metadata)
            read = cls(str(section), int(index), int(version), str(checked))
        except (TypeError, ValueError, OverflowError) as error:
            raise MalformedValue(metadata) from error
        if read.section not in SECTIONS or not NEW <= read.index <= 10_000 or not 0 <= read.version < 2**31:
            raise MalformedValue(metadata)
        return read


@dataclass(frozen=True)
class Proposal:
    """What a form asks for: the document it makes of the one in force, and the answers it is made of."""

    document: Mapping[str, Any]
    given: Mapping[str, str]
    removes: bool


def entry_value(section: str, index: int | None = None) -> str:
    """What a button of the set-up carries: a section, or an entry of it (NEW for a further one)."""
    return section if index is None else f"{section}:{index}"


def read_entry_value(value: str) -> tuple[Section, int | None]:
    """The reverse of `entry_value`. Raises MalformedValue."""
    key, colon, index = value.partition(":")
    is_number = index.removeprefix("-").isdecimal() and index.isascii() and len(index) <= 5
    if key not in SECTIONS or (colon and not is_number) or (colon and int(index) < NEW):
        raise MalformedValue(value)
    return SECTIONS[key], int(index) if colon else None


@dataclass(frozen=True)
class SetUp:
    """Reads lists and forms, and what was put into one."""

    desk: Desk
    checks: ChannelChecks

    # --- lists --------------------------------------------------------------------------------------------------------

    def sections(self, reader: Person, saved: int | None = None) -> EntryList:
        """All sections, each with what stands in it."""
        document = to_document(self.desk.configuration())
        trial = Entry(line=words.TRIAL, press=Press.TEST_TICKET, spoken="")
        return EntryList(
            title=words.TITLE,
            lines=(*self._saved(saved), self._and_follows(self._stored_version(reader)), *self._reading(reader)),
            entries=(
                *(
                    Entry(
                        line=said(words.ROW, title=words.SECTION[section.key], summary=_summary(section, document)),
                        press=Press.SETTINGS_OPEN
                        if section.is_list or reader.role < Role.ADMIN
                        else Press.SETTINGS_EDIT,
                        value=entry_value(section.key),
                        spoken=words.SECTION[section.key],
                    )
                    for section in LISTED
                ),
                *((trial,) if reader.role >= Role.ADMIN else ()),
            ),
        )

    def entries(self, section: Section, reader: Person, page: int = 1, saved: int | None = None) -> EntryList:
        """The entries of a section that is a list, a page of them."""
        document = to_document(self.desk.configuration())
        listed = editing.entries(section, document)
        pages = max(1, -(-len(listed) // ROWS))
        page = min(max(1, page), pages)
        may = reader.role >= Role.ADMIN
        first, around = (page - 1) * ROWS, self._around(self.desk.configuration())
        rows = [
            Entry(
                line=_entry_line(section, each, document, around),
                press=Press.SETTINGS_EDIT if may else Press.SETTINGS_OPEN,
                value=entry_value(section.key, first + at),
                spoken=editing.entry_name(section, each, document)[:40],
            )
            for at, each in enumerate(listed[first : first + ROWS])
        ]
        if may:
            add = Entry(
                line=words.ADD[section.key],
                press=Press.SETTINGS_ADD,
                value=entry_value(section.key, NEW),
                spoken=words.SECTION[section.key],
            )
            rows.append(add)
        return EntryList(
            title=words.SECTION[section.key],
            lines=(*map(self._and_follows, self._saved(saved)), words.ABOUT[section.key]),
            entries=tuple(rows),
            page=Page(number=page, of=pages),
            remembered=section.key,
        )

    # --- forms --------------------------------------------------------------------------------------------------------

    def form(self, section: Section, index: int, reader: Person) -> QuestionForm:
        """The form of a section or of an entry, as it stands now. An entry that is there no more is a new one."""
        configuration = self.desk.configuration()
        document = to_document(configuration)
        if section.is_list and not 0 <= index < len(editing.entries(section, document)):
            index = NEW
        values = editing.values(section, document, index, self._around(configuration))
        return self._drawn(section, Editing(section.key, index, configuration.version), values, reader)

    def checked(self, editing_: Editing, proposal: Proposal, reader: Person) -> QuestionForm:
        """The same form with its answers and what they would change and touch; sent once more, it is stored."""
        section, document = SECTIONS[editing_.section], to_document(self.desk.configuration())
        around = self._around(self.desk.configuration())
        before = editing.values(section, document, editing_.index, around)
        form = self._drawn(
            section,
            replace(editing_, checked=editing.digest(proposal.given)),
            {**before, **proposal.given},
            reader,
            removes=proposal.removes,
        )
        changes = _changes(section, around, editing_.index, before, proposal)
        if to_document(parse(proposal.document)) == document:
            # Nothing to save: it is looked at once more until something is different.
            same = self._drawn(section, replace(editing_, checked=""), {**before, **proposal.given}, reader)
            return replace(same, lines=(words.NO_CHANGE,))
        lines = [
            words.HEAD_CHECK,
            "\n".join(changes) or words.SAID_OUTRIGHT,
            touches_line(self.desk.preview(proposal.document)),
        ]
        return replace(form, lines=tuple(lines), submit=words.SAVE)

    def proposed(self, view: ShownView, editing_: Editing) -> Proposal:
        """What was put into the form, as a document that works. Raises FieldFaults, InvalidConfiguration is among them."""
        section, configuration = SECTIONS[editing_.section], self.desk.configuration()
        document, around = to_document(configuration), self._around(configuration)
        if section.is_list and editing_.index >= len(editing.entries(section, document)):
            raise MalformedValue(editing_.text())
        blocks = view.payload.get("blocks") or ()
        asked = {str(block.get("block_id")) for block in blocks if block.get("type") == "input"}
        given = {one.place: view.text(one.place) for one in section.settings if one.place in asked}
        removes = view.text(REMOVE) == REMOVE
        try:
            changed = editing.apply(section, document, editing_.index, given, around, remove=removes)
            self.desk.preview(changed)
        except InvalidConfiguration as error:
            raise FieldFaults(editing.at_fields(section, document, editing_.index, given, error.faults)) from error
        if not removes:
            before = editing.values(section, document, editing_.index, around)
            self._check_places(section, given, before)
        return Proposal(changed, given | {REMOVE: view.text(REMOVE)}, removes)

    def _check_places(self, section: Section, given: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Of what was chosen anew: that the app is there. Raises FieldFaults."""
        asked: list[tuple[str, tuple[str, bool]]] = []
        for one in section.settings:
            if one.kind in {Kind.CHANNEL, Kind.CHANNELS} and one.place in given:
                private = (section.key, one.place) == ("follow", "channel") or (
                    (section.key, one.place) == ("categories", "channel") and given.get("private") == "yes"
                )
                fresh = set(given[one.place].split()) - (set() if private else set(before[one.place].split()))
                asked += [(one.place, (channel, private)) for channel in sorted(fresh)[:3]]
        group = given.get("usergroup", "") if section.key == "follow" else ""
        places = [place for place, _ in asked] + ["usergroup"] * bool(group)
        found = self.checks.faults([channel for _, channel in asked], group)
        # Of several in one field the first is told.
        faults = {place: fault for place, fault in reversed(list(zip(places, found, strict=True))) if fault}
        if faults:
            raise FieldFaults(faults)

    def _drawn(
        self,
        section: Section,
        state: Editing,
        values: Mapping[str, str],
        reader: Person,
        *,
        removes: bool = False,
    ) -> QuestionForm:
        configuration = self.desk.configuration()
        around = self._around(configuration)
        is_new = section.is_list and state.index == NEW
        asked = [
            one for one in section.settings if (is_new or not one.is_fixed) and text.size(values[one.place]) <= TYPED
        ]
        questions = [_question(one, values[one.place], around) for one in asked]
        if section.is_list and not is_new:
            chosen = REMOVE if removes else "keep"
            questions.append(
                Question(
                    block=REMOVE,
                    label=words.REMOVE_LABEL,
                    kind=Kind.CHOICE,
                    value=chosen,
                    options=words.REMOVE,
                    is_optional=False,
                )
            )
        fixed = [said(words.KEY_LINE, key=values[one.place]) for one in section.settings if one.is_fixed and not is_new]
        long = [one for one in section.settings if text.size(values[one.place]) > TYPED]
        return QuestionForm(
            form=Form.SETTING,
            title=words.SECTION[section.key],
            lines=(words.ABOUT[section.key], *self._reading(reader)),
            questions=tuple(questions),
            below=(*fixed, *(said(words.TOO_LONG, label=one.label) for one in long)),
            submit=words.CHECK,
            remembered=state.text(),
            is_read_only=reader.role < Role.ADMIN,
        )

    def _around(self, configuration: Configuration) -> Around:
        people = {person.external_ref: person.name for person in self.desk.members()}
        # A step of the ladder may name somebody by the last part of the reference alone.
        people |= {ref.rpartition(":")[2]: name for ref, name in people.items()}
        return Around(to_document(configuration), skill_names(configuration), people)

    # --- who and when -------------------------------------------------------------------------------------------------

    def _and_follows(self, line: str) -> str:
        return f"{line} {recomputed_line(self.desk.recompute_progress())}".rstrip()

    def _stored_version(self, reader: Person) -> str:
        last = self.desk.last_version()
        if last is None:
            return words.VERSION_NONE
        at = text.at(last.at, reader.tz)
        if last.by is None:
            return said(words.VERSION_FILE, version=last.version, at=at)
        return said(words.VERSION, version=last.version, who=text.first(self.desk.person(last.by).name), at=at)

    def _saved(self, version: int | None) -> list[str]:
        return [] if version is None else [said(words.SAVED, version=version)]

    def _reading(self, reader: Person) -> list[str]:
        return [words.READ_ONLY] if reader.role < Role.ADMIN else []


def _question(one: Setting, value: str, around: Around) -> Question:
    return Question(
        block=one.place,
        label=one.label,
        kind=one.kind,
        value=value,
        options=one.options(around) if one.options else (),
        hint=one.hint or None,
        is_optional=not one.is_needed,
    )


def _changes(section: Section, around: Around, index: int, before: Mapping[str, str], proposal: Proposal) -> list[str]:
    document = around.document
    if section.is_list and proposal.removes:
        entry = editing.entries(section, document)[index]
        return [said(words.REMOVED, name=text.inline(editing.entry_name(section, entry, document), text.NAME))]
    changes = []
    if section.is_list and index == NEW:
        entry = editing.entries(section, proposal.document)[-1]
        name = editing.entry_name(section, entry, proposal.document)
        changes.append(said(words.ADDED, name=text.inline(name, text.NAME)))
    for one in section.settings:
        if one.place in proposal.given and proposal.given[one.place] != before[one.place]:
            then, now = (_shown(one, value, around) for value in (before[one.place], proposal.given[one.place]))
            changes.append(said(words.CHANGE, label=text.inline(one.label, text.NAME), before=then, after=now))
    return changes


def _shown(one: Setting, value: str, around: Around) -> str:
    """An answer as it is read in a line, escaped."""
    if one.kind in {Kind.CHANNEL, Kind.CHANNELS}:
        return " ".join(text.channel(channel) for channel in value.split()) or words.NOTHING.rstrip(".")
    if one.options:
        value = dict(one.options(around)).get(value, value)
    flat = " / ".join(line for line in value.splitlines() if line.strip())
    return text.inline(flat, VALUE_SHOWN) if flat else words.NOTHING.rstrip(".")


def touches_line(preview: Preview) -> str:
    """What a change would do to open tickets: "This touches 41 open tickets. The deadlines of 12 are counted anew." """
    lines = []
    if preview.touched:
        lines.append(counted(words.TOUCHES, preview.touched))
    if preview.recounted:
        lines.append(counted(words.RECOUNTS, preview.recounted))
    if preview.opened:
        lines.append(counted(words.OPENS, preview.opened))
    if preview.hidden:
        lines.append(counted(words.HIDES, preview.hidden))
    return " ".join(lines) or words.TOUCHES_NONE


def recomputed_line(progress: Recomputed | None) -> str:
    """How far the deadlines have followed a change; nothing once they all have."""
    if progress is None:
        return ""
    return said(words.RECOMPUTED, done=progress.done, total=progress.total)


def _entry_line(section: Section, entry: Mapping[str, Any], document: Mapping[str, Any], around: Around) -> str:
    """An entry's name and what is said most in it, escaped."""
    name = text.inline(editing.entry_name(section, entry, document), text.NAME)
    told = [
        _shown(one, written, around)
        if one.place in words.TOLD_ALONE
        else said(words.DETAIL, label=one.label.lower(), value=_shown(one, written, around))
        for one in section.settings
        if one.place in words.TOLD[section.key]
        and entry.get(one.place)
        and (written := one.codec.write(entry[one.place], around))
    ]
    if section.key == "categories" and entry.get("private"):
        told.insert(0, words.PRIVATE)
    return said(words.ENTRY, name=name, details=", ".join(told)) if told else f"*{name}*"


def _summary(section: Section, document: Mapping[str, Any]) -> str:
    """What stands in a section, in one line, escaped."""
    if section.is_list:
        names = [editing.entry_name(section, each, document) for each in editing.entries(section, document)]
        shown = ", ".join(text.inline(name, text.NAME) for name in names[:NAMES_SHOWN])
        rest = len(names) - NAMES_SHOWN
        return said(words.AND_MORE, shown=shown, count=rest) if rest > 0 else shown or words.NOTHING
    part: Mapping[str, Any] = document.get(section.path[0], {}) if section.path else document
    if section.key == "channels":
        places = {
            place: text.channel(part[place]) if part.get(place) else words.SUMMARY_NOWHERE
            for place in ("triage", "escalations")
        }
        return said(words.SUMMARY_CHANNELS, **places)
    if section.key == "follow":
        found = [text.channel(part["channel"])] if part.get("channel") else []
        found += [text.inline(part["usergroup"], text.NAME)] if part.get("usergroup") else []
        return said(words.SUMMARY_FOLLOW, places=" and ".join(found)) if found else words.NOTHING
    if section.key == "ladder":
        return counted(words.SUMMARY_STEPS, len(part.get("steps", ())))
    if section.key == "queue":
        return said(words.SUMMARY_QUEUE, **part)
    return said(words.SUMMARY_HABITS, zone=text.inline(str(part["zone"]), 40), days=part["auto_close_after_days"])
