"""
Every public method of `Desk`, with arguments that it takes: what tests of all of them at once go through.

A new method has to be named here: in ACTS or LOOKS with good arguments, each of which is then tried with what is bad for its name
(KINDS); in STEPS as well if it takes a ticket from one status to another. What nobody outside calls stands in INNER, with why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, MemberChange
from ticketing.model import (
    Attachment,
    ClockKind,
    CommentKey,
    PersonId,
    Priority,
    Role,
    Ticket,
    TicketRef,
    TicketStatus,
    Tier,
)

HOUR = timedelta(hours=1)
MACRO = {"key": "hello", "title": "Hello", "text": "Hello {customer}."}
WORDS = {"subject": "Help", "description": "Please", "category": "billing"}


@dataclass(frozen=True)
class Stage:
    """
    A small desk with one URGENT ticket of Mara's that Amir holds, about which an alert has been seen.

    Mara and Amir have said one thing each, the ticket came with a file, and Jo watches. Tomás is a customer, Lena an admin.
    Amir holds another ticket of Mara's too.
    """

    desk: Desk
    clock: MovableClock
    ticket: Ticket
    mara: PersonId
    amir: PersonId
    jo: PersonId
    tomas: PersonId
    lena: PersonId
    hers: int
    his: int
    problem: int
    other: TicketRef

    @property
    def ref(self) -> TicketRef:
        return self.ticket.ref

    @property
    def later(self) -> datetime:
        return self.clock.now + HOUR


def a_stage(desk: Desk, cast: Cast, clock: MovableClock) -> Stage:
    amir, jo, lena = cast.agent("amir", max_load=99), cast.agent("jo", skills={}), cast.customer("lena")
    desk.set_role(lena, Role.ADMIN, by=None)
    ticket = cast.ticket(priority=Priority.URGENT, files=[Attachment("F1", "blank.pdf")])
    hers = desk.add_comment(
        ticket.ref, author_id=ticket.customer_id, text="It is still blank.", source=f"m:C:{ticket.number}.1"
    )
    clock.advance(hours=5)
    desk.watch_step(clock.now)
    his = desk.add_comment(ticket.ref, author_id=amir, text="Let me see.", source=f"m:C:{ticket.number}.2")
    desk.take_alert(ticket.ref, by=amir, until=clock.now + HOUR, seen=True)
    desk.watch(ticket.ref, jo, by=jo)
    desk.save_macro(MACRO, by=amir)
    problem = desk.open_problem("Printers", by=amir, source="v:problem")
    return Stage(
        desk=desk,
        clock=clock,
        ticket=desk.ticket(ticket.ref),
        mara=ticket.customer_id,
        amir=amir,
        jo=jo,
        tomas=cast.customer("tomas"),
        lena=lena,
        hers=hers.number,
        his=his.number,
        problem=problem.id,
        other=cast.ticket().ref,
    )


JO_AGAIN = MemberChange(
    role=Role.AGENT,
    assignable=Assignable.YES,
    skills={"billing": 1},
    max_load=3,
    is_senior=False,
    shifts=None,
    tier=None,
)

Arguments = Callable[[Stage], dict[str, Any]]


def _by_amir(**more: Any) -> Arguments:
    return lambda on: {"ref": on.ref, "by": on.amir} | more


def _of_ticket(**more: Any) -> Arguments:
    return lambda on: {"ref": on.ref} | more


ACTS: Mapping[str, Arguments] = {
    # opening and talking
    "open_ticket": lambda on: (
        WORDS | {"customer_id": on.mara, "source": "v:own", "opened_by": on.amir, "at": on.clock.now, "files": ()}
    ),
    "add_comment": lambda on: {
        "ref": on.ref,
        "author_id": on.amir,
        "text": "Try now.",
        "source": f"m:C:{on.ticket.number}.9",
        "said_at": on.clock.now,
        "files": (),
    },
    "edit_comment": lambda on: {
        "ref": on.ref,
        "number": on.his,
        "text": "Let us see.",
        "by": on.amir,
        "source_version": "2",
    },
    "delete_comment": lambda on: {"ref": on.ref, "number": on.his, "by": on.amir},
    "pull_back": lambda on: {"ref": on.ref, "number": on.his, "by": on.amir},
    "attach": lambda on: {"ref": on.ref, "number": on.his, "files": [Attachment("F2", "log.txt")], "by": on.amir},
    "detach": lambda on: {"ref": on.ref, "number": 0, "file_ref": "F1", "by": on.mara},
    # who has it
    "claim": _by_amir(),
    "assign": lambda on: {"ref": on.ref, "to": on.jo, "by": on.amir},
    "release": _by_amir(),
    "begin_answering": lambda on: {"ref": on.ref, "by": on.jo, "view": "V1"},
    "end_answering": lambda on: {"ref": on.ref, "by": on.jo},
    "plan_handover": lambda on: {"agent_id": on.amir, "plan": {on.ref: on.jo}, "source": "v:handover"},
    # working
    "start": _by_amir(),
    "wait_for_customer": lambda on: {"question": "Which one?", "source": f"m:C:{on.ref.number}.9"} | _by_amir()(on),
    "resume": _by_amir(),
    "resolve": lambda on: {"answer": "Solved.", "source": f"m:C:{on.ref.number}.10"} | _by_amir()(on),
    "reopen": _by_amir(),
    "withdraw": lambda on: {"ref": on.ref, "by": on.mara},
    "put_aside": _by_amir(),
    "transition": _by_amir(to=TicketStatus.RESOLVED),
    "undo": _by_amir(),
    "set_priority": _by_amir(priority=Priority.LOW),
    "set_category": _by_amir(category="account"),
    "escalate": _by_amir(),
    "snooze": lambda on: {"ref": on.ref, "until": on.later, "by": on.amir},
    "wake": _by_amir(),
    "take_alert": lambda on: {"ref": on.ref, "by": on.jo, "until": on.later},
    "release_alert": _by_amir(),
    "watch": lambda on: {"ref": on.ref, "person_id": on.lena, "by": on.lena},
    "unwatch": lambda on: {"ref": on.ref, "person_id": on.jo, "by": on.jo},
    # tickets that hang together
    "merge": lambda on: {"ref": on.ref, "into": on.other, "by": on.amir},
    "unmerge": _by_amir(),
    "split": lambda on: {
        "ref": on.ref,
        "comments": [CommentKey(on.mara, on.ticket.number, on.hers)],
        "subject": "The other matter",
        "by": on.amir,
        "source": "v:split",
    },
    "link": lambda on: {"ref": on.ref, "other": on.other, "by": on.amir},
    "unlink": lambda on: {"ref": on.ref, "other": on.other, "by": on.amir},
    "move_to_customer": lambda on: {"ref": on.ref, "customer_id": on.tomas, "by": on.amir, "source": "v:move"},
    # people and settings
    "ensure_person": lambda on: {"external_ref": "T1:NEW", "name": "New", "email": "new@example.com", "tz": "UTC"},
    "set_role": lambda on: {"person_id": on.jo, "role": Role.LEAD, "by": on.lena},
    "make_agent": lambda on: {"person_id": on.jo, "skills": {"billing": 2}, "max_load": 5, "by": on.lena},
    "remove_agent": lambda on: {"person_id": on.jo, "by": on.lena},
    "set_available": lambda on: {"agent_id": on.jo, "available": False, "by": on.jo, "until": on.later},
    "set_shifts": lambda on: {"agent_id": on.jo, "shifts": {"mon": ["09:00-17:00"]}, "by": on.jo},
    "add_leave": lambda on: {"agent_id": on.jo, "start": on.clock.now, "end": on.later, "by": on.jo},
    "set_tier": lambda on: {"customer_id": on.mara, "tier": Tier.PREMIUM, "by": on.lena},
    "set_organization": lambda on: {"customer_id": on.mara, "name": "Acme", "tier": Tier.PREMIUM, "by": on.lena},
    "export_customer": lambda on: {"person_id": on.mara, "by": on.lena},
    "erase_customer": lambda on: {"person_id": on.tomas, "by": on.lena},
    "change_member": lambda on: {
        "person_id": on.jo,
        "change": JO_AGAIN,
        "seen": on.desk.member(on.jo).seen,
        "by": on.lena,
    },
    "configure": lambda on: {"document": {"default_max_load": 7}, "by": on.lena},
    "open_test_ticket": lambda on: {
        "customer_id": on.mara,
        "subject": "A test",
        "description": "Nobody waits.",
        "channel": "C1",
        "source": "v:trial",
        "by": on.lena,
    },
    "seed": lambda on: {"document": {"default_max_load": 7}},
    # tags, macros, ratings, problems
    "set_tags": _by_amir(tags=["printer"]),
    "add_tags": _by_amir(tags=["printer"]),
    "remove_tags": _by_amir(tags=["printer"]),
    "change_fields": _by_amir(answers={}),
    "save_macro": lambda on: {"document": MACRO, "by": on.amir},
    "save_shared_macro": lambda on: {"document": MACRO | {"key": "shared"}, "by": on.lena},
    "delete_macro": lambda on: {"key": "hello", "by": on.amir},
    "delete_shared_macro": lambda on: {"key": "shared", "by": on.lena},
    "apply_macro": _by_amir(key="hello", source="m:C:macro", text="Hello."),
    "rate": lambda on: {"ref": on.ref, "by": on.mara, "is_helpful": True, "comment": "Quick."},
    "open_problem": lambda on: {"title": "Printers are down", "by": on.amir, "source": "v:new problem"},
    "rename_problem": lambda on: {"problem_id": on.problem, "title": "All printers are down", "by": on.amir},
    "set_problem_owner": lambda on: {"problem_id": on.problem, "owner_id": on.jo, "by": on.amir},
    "link_to_problem": lambda on: {"ref": on.ref, "problem_id": on.problem, "by": on.amir},
    "unlink_from_problem": _by_amir(),
    "plan_answer_to_all": lambda on: {"problem_id": on.problem, "text": "Soon.", "by": on.amir, "source": "v:all"},
    "plan_resolve_all": lambda on: {"problem_id": on.problem, "text": "Done.", "by": on.amir, "source": "v:done"},
    "reopen_problem": lambda on: {"problem_id": on.problem, "by": on.amir},
}
LOOKS: Mapping[str, Arguments] = {
    "answering": _of_ticket(),
    "gave_back": _of_ticket(),
    "handover": lambda on: {"source": "v:handover"},
    "shift": lambda on: {"agent_id": on.jo, "at": on.clock.now},
    "own_figures": lambda on: {"agent_id": on.jo},
    "offered_answers": lambda on: {"customer_id": on.mara, "text": "blank", "category": "billing"},
    "promise": lambda on: {"customer_id": on.mara, "category": "billing"},
    "preview": lambda on: {"document": {"default_max_load": 7}},
    "ticket": _of_ticket(),
    "find": lambda on: {"number": on.ticket.number},
    "comments": _of_ticket(include_internal=True),
    "attachments": _of_ticket(include_internal=True),
    "joined_with": _of_ticket(),
    "links": _of_ticket(),
    "events": _of_ticket(),
    "explain": _of_ticket(kind=ClockKind.FIRST_RESPONSE, run=0),
    "timeline": _of_ticket(kind=ClockKind.FIRST_RESPONSE, run=0),
    "last_decision": _of_ticket(),
    "alert_promise": _of_ticket(),
    "standing_promise": _of_ticket(),
    "check_alert": _of_ticket(),
    "watchers": _of_ticket(),
    "comment_by_source": lambda on: {"customer_id": on.mara, "source": f"m:C:{on.ticket.number}.1"},
    "ticket_by_source": lambda on: {"customer_id": on.mara, "source": on.ticket.source},
    "tickets_of_customer": lambda on: {"customer_id": on.mara},
    "tickets_of_agent": lambda on: {"agent_id": on.amir},
    "tickets_of_colleagues": lambda on: {"person_id": on.mara},
    "watched_by": lambda on: {"person_id": on.jo},
    "may_see": lambda on: {"person_id": on.jo, "ticket": on.ticket},
    "is_colleague": lambda on: {"person_id": on.tomas, "ticket": on.ticket},
    "member": lambda on: {"person_id": on.jo},
    "leaves": lambda on: {"agent_id": on.jo},
    "last_version": lambda on: {},
    "has_tickets": lambda on: {},
    "person": lambda on: {"person_id": on.mara},
    "people_called": lambda on: {"external_ref": "MARA"},
    "person_by_ref": lambda on: {"external_ref": "T1:MARA"},
    "customer": lambda on: {"person_id": on.mara},
    "own_tier": lambda on: {"customer_id": on.mara},
    "agent": lambda on: {"person_id": on.amir},
    "shifts": lambda on: {"agent_id": on.jo},
    "changes_of": lambda on: {"person_id": on.jo},
    "search": lambda on: {"text": "blank", "customer_id": on.mara, "include_internal": False},
    "similar_resolved": lambda on: {"text": "blank", "category": "billing"},
    "report": lambda on: {"start": on.clock.now - HOUR, "end": on.clock.now},
    "export_rows": lambda on: {"start": on.clock.now - HOUR, "end": on.clock.now},
    "count_opened": lambda on: {"start": on.clock.now - HOUR, "end": on.clock.now},
    "count_came_back": lambda on: {"start": on.clock.now - HOUR, "end": on.clock.now},
    "undelivered": lambda on: {"start": on.clock.now - HOUR, "end": on.clock.now},
    "longest_open": lambda on: {},
    "replay": lambda on: {"document": {}, "start": on.clock.now - HOUR, "end": on.clock.now},
    "configured_at": lambda on: {"version": 1},
    "queue": lambda on: {},
    "queue_length": lambda on: {},
    "queue_page": lambda on: {},
    "queue_spot": lambda on: {"skip": 1},
    "customer_page": lambda on: {"customer_id": on.mara},
    "count_of_customer": lambda on: {"customer_id": on.mara},
    "agents": lambda on: {},
    "members": lambda on: {},
    "categories": lambda on: {},
    "configuration": lambda on: {},
    "now": lambda on: {},
    "figures": lambda on: {},
    "get_sla_breached_tickets": lambda on: {},
    "next_due_instant": lambda on: {},
    "outdated_clocks": lambda on: {},
    "recompute_progress": lambda on: {},
    "job_runs": lambda on: {},
    "tags": _of_ticket(),
    "tags_of": lambda on: {"refs": [on.ref]},
    "tag_names": lambda on: {"prefix": "p"},
    "tagged": lambda on: {"tag": "printer"},
    "search_tagged": lambda on: {"text": "blank", "tags": ["printer"]},
    "macro": lambda on: {"key": "hello", "person_id": on.amir},
    "macros": lambda on: {"person_id": on.amir},
    "filled_macro": _by_amir(key="hello"),
    "rating": _of_ticket(),
    "ratings": _of_ticket(),
    "problem": lambda on: {"problem_id": on.problem},
    "problems": lambda on: {},
    "problem_of": _of_ticket(),
    "problem_act": lambda on: {"act_id": 1},
    "last_act_for_all": lambda on: {"problem_id": on.problem},
    "tickets_of_problem": lambda on: {"problem_id": on.problem},
    "undone_tickets": lambda on: {"act_id": 1},
    "count_undone_tickets": lambda on: {"act_id": 1},
    "count_tickets_of_problem": lambda on: {"problem_id": on.problem},
}
CALLS = {**ACTS, **LOOKS}

_AT_THE_START = (
    *("subscribe", "subscribe_to_problems", "after_commit", "after_configured", "after_failure", "restrict_holders"),
    "setbacks",
)
_OF_OPERATORS = ("compact", "reindex", "reindex_progress", "stemming_of_index")
_OF_OUR_ROWS = (
    *("carry_out_handover", "offered_answer"),
    *(
        "is_gathering",
        "is_watch_behind",
        "untold_alerts",
        "alerts_in_message",
        "cards_waiting_for",
        "lines_waiting_for",
        "lines_in_threads",
        "alerts_of",
        "carry_out",
    ),
    *(
        "alerts_being_told",
        "owed_alerts",
        "alert_cards_waiting",
        "closed_since",
        "note_closed",
        "note_open",
        "lines_telling",
        "note_job_runs",
        "counted_down",
        "next_countdown",
    ),
)
_BY_THE_CLOCK = (
    *("handover_step", "forget_answering", "on_shift"),
    *("drain_queue", "watch_step", "ladder_step", "lapse_step", "wake_step", "close_step", "roster_step"),
    *("recompute_step", "problem_step", "open_and_late", "alert_settings_since", "note_alerts_looked_at"),
)
INNER: Mapping[str, str] = {
    **dict.fromkeys(_AT_THE_START, "called once, at the start"),
    **dict.fromkeys(_OF_OPERATORS, "an operator's, without arguments"),
    **dict.fromkeys(_OF_OUR_ROWS, "asked with what stands in our rows"),
    **dict.fromkeys(_BY_THE_CLOCK, "called by the clock with its own time"),
    "follow_members": "called by the clock with people that the desk knows",
}
"""What nobody calls with what people wrote, and why not."""

STEPS = (
    *(
        "claim",
        "assign",
        "release",
        "start",
        "wait_for_customer",
        "resume",
        "resolve",
        "reopen",
        "withdraw",
        "put_aside",
        "transition",
    ),
    *(
        "undo",
        "set_priority",
        "set_category",
        "escalate",
        "snooze",
        "wake",
        "take_alert",
        "release_alert",
        "add_comment",
    ),
    *("set_tags", "change_fields", "apply_macro", "rate", "link_to_problem"),
    *("merge", "unmerge", "split", "link", "unlink", "move_to_customer"),
)
"""What is tried on a ticket of every status, by whoever holds it or held it last; `withdraw` by its customer."""

NO_PEOPLE = {
    "zero": PersonId(0),
    "negative": PersonId(-1),
    "unknown": PersonId(999_999),
    "beyond a bigint": PersonId(2**63),
    "far below": PersonId(-(2**70)),
}
NO_TICKETS = {
    "unknown": TicketRef(PersonId(1), 999_999),
    "nobody's": TicketRef(PersonId(0), 0),
    "beyond a bigint": TicketRef(PersonId(2**63), 2**64),
    "far below": TicketRef(PersonId(-5), -(2**63) - 1),
}
NO_COMMENTS = {
    "none": [],
    "unknown": [CommentKey(PersonId(1), 1, 999_999)],
    "beyond a bigint": [CommentKey(PersonId(2**63), 2**64, 2**70)],
}
NO_NUMBERS = {"unknown": 999_999, "negative": -1, "beyond a bigint": 2**63}
NO_TEXTS = {"empty": "", "white": " \n\t", "NUL alone": "\x00", "half a letter": "\ud83d", "huge": "x" * 40_001}
ODD_TEXTS = {
    "accents and joiners": "e\u0301 \U0001f469\u200d\U0001f4bb \u202e abc",
    "controls": "a\x00b\x07\x1b[31m\ufffe",
    "lone surrogates": "a\udc00b",
    "statements": "' OR 1=1; DROP TABLE tickets -- \" * ( NEAR NOT : ^ - %s {0}",
}
NO_KEYS = {"empty": "", "NUL": "a\x00b", "half a letter": "\ud83d", "huge": "x" * 40_001}
NO_MOMENTS = {
    "before all time": datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    "after all time": datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    "without a zone": datetime(2026, 11, 23, 12, 0),  # noqa: DTZ001  the fault that is tried
}
FAR_MOMENTS = {"the first": datetime.min.replace(tzinfo=UTC), "the last": datetime.max.replace(tzinfo=UTC)}
NO_DOCUMENTS: Mapping[str, Any] = {
    "no mapping": [],
    "unknown setting": {"colour": "red"},
    "no category": {"categories": []},
    "policy that cannot be": {"policies": [{"first_response": {"medium": "soon"}}]},
    "NUL": {"categories": [{"key": "a\x00b", "name": "A"}]},
}
NO_FILES = {
    "no reference": [Attachment("", "a")],
    "NUL": [Attachment("F\x00", "a")],
    "size": [Attachment("F9", "a", -1)],
    "address": [Attachment("F9", "a", 1, None, "file:///etc/passwd")],
    "too many": [Attachment(f"F{number}", "a") for number in range(60)],
}
_PEOPLE = ("by", "to", "author_id", "person_id", "agent_id", "customer_id", "opened_by", "owner_id")
_NUMBERS = ("number", "version", "seen", "problem_id", "act_id", "run", "skip")
_TEXTS = ("subject", "description", "text", "question", "answer", "name", "title", "comment")
_KEYS = ("source", "source_version", "external_ref", "email", "tz", "file_ref", "category", "key", "channel", "view")
_MOMENTS = ("at", "said_at", "until", "start", "end")
KINDS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "people": dict.fromkeys(_PEOPLE, NO_PEOPLE),
    "tickets": dict.fromkeys(("ref", "into", "other"), NO_TICKETS),
    "comments": {"comments": NO_COMMENTS},
    "numbers": dict.fromkeys(_NUMBERS, NO_NUMBERS) | {"max_load": {"none": -1, "too many": 1001, "huge": 2**70}},
    "texts": dict.fromkeys(_TEXTS, NO_TEXTS | ODD_TEXTS),
    "keys": dict.fromkeys(_KEYS, NO_KEYS),
    "moments": dict.fromkeys(_MOMENTS, NO_MOMENTS | FAR_MOMENTS),
    "tags": {
        "tags": {"none": ["!"], "NUL": ["a\x00b"], "huge": ["x" * 999], "too many": [f"tag{n}" for n in range(99)]},
        "tag": NO_KEYS,
        "prefix": NO_KEYS,
        "answers": {"not asked": {"colour": "red"}},
        "refs": {label: [ref] for label, ref in NO_TICKETS.items()},
    },
    "documents": {
        "document": NO_DOCUMENTS,
        "skills": {"no level": {"billing": 0}, "too high": {"billing": 6}, "NUL": {"a\x00": 1}, "huge": {"x" * 999: 1}},
        "shifts": {"no day": {"someday": ["09:00-17:00"]}, "no hours": {"mon": ["late"]}, "NUL": {"mon": ["\x00"]}},
    },
    "files": {"files": NO_FILES},
}
"""By kind and by an argument's name: what cannot be, or is odd."""

CHOSEN = {"change", "plan", "kind", "priority", "role", "tier", "available", "include_internal", "is_helpful", "ticket"}
"""Arguments of a closed set, which nobody can write wrongly: enums, flags, values that the desk itself gave."""
