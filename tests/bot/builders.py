"""The people and the ticket of the screens, as frozen views; each builder takes only what matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.views import (
    Alert,
    AlertState,
    AssignmentCard,
    AssignmentState,
    AssignmentWhy,
    CategoryChoice,
    CustomerCard,
    CustomerState,
    FieldSpec,
    LastTicket,
    Message,
    NewTicketForm,
    TeamPost,
    ThreadPost,
    TicketFacts,
    TriageCard,
    TriageState,
    View,
    WhyRule,
)
from ticketing.model import ClockKind, PersonId, Priority, TicketRef, Tier

VIENNA = "Europe/Vienna"
REF = TicketRef(PersonId(7), 42)


def at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    """An instant of November 2026, by Vienna's wall clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(VIENNA)).astimezone(UTC)


def token(pattern: str, instant: datetime, fallback: str) -> str:
    """The date token that Slack reads."""
    return f"<!date^{int(instant.timestamp())}^{pattern}|{fallback}>"


def by(instant: datetime, fallback: str) -> str:
    return token("by {date_short_pretty} at {time}", instant, f"by {fallback}")


def since(instant: datetime, fallback: str) -> str:
    return token("since {date_short_pretty} at {time}", instant, f"since {fallback}")


def until(instant: datetime, fallback: str) -> str:
    return token("until {date_short_pretty} at {time}", instant, f"until {fallback}")


def at_time(instant: datetime, fallback: str) -> str:
    return token("at {time} {date_short_pretty}", instant, f"at {fallback}")


BY_1420 = by(at(14, 20), "23 Nov 14:20 CET")
SINCE_1420 = since(at(14, 20), "23 Nov 14:20 CET")


def facts(**changes: Any) -> TicketFacts:
    known: dict[str, Any] = {
        "ref": REF,
        "version": 3,
        "subject": "Cannot open the invoice",
        "category": "billing",
        "priority": Priority.HIGH,
        "zone": VIENNA,
    }
    return TicketFacts(**known | changes)


def customer_card(state: CustomerState, **changes: Any) -> CustomerCard:
    known: dict[str, Any] = {"facts": facts(), "state": state, "agent": "Amir Haddad"}
    return CustomerCard(**known | changes)


def thread_post(text: str, **changes: Any) -> ThreadPost:
    known: dict[str, Any] = {"ref": REF, "version": 3, "text": text, "author": "Amir Haddad", "comment": 2}
    return ThreadPost(**known | changes)


def why(rule: WhyRule = WhyRule.LEAST_LOADED, **changes: Any) -> AssignmentWhy:
    known: dict[str, Any] = {
        "rule": rule,
        "category": "billing",
        "level": 3,
        "load": 2,
        "max_load": 5,
        "candidates": 3,
    }
    return AssignmentWhy(**known | changes)


def assignment(state: AssignmentState, **changes: Any) -> AssignmentCard:
    known: dict[str, Any] = {
        "facts": facts(),
        "state": state,
        "customer": "Mara Lindt",
        "organization": "Northwind",
        "tier": Tier.PREMIUM,
        "tickets_this_month": 3,
        "last": LastTicket(number=31, subject="Invoice twice", agent="Jo Park"),
        "description": "Since this morning the PDF stays blank.",
        "answer_by": at(14, 20),
        "solution_by": at(13, 20, day=24),
        "why": why(),
    }
    return AssignmentCard(**known | changes)


def triage(state: TriageState, **changes: Any) -> TriageCard:
    known: dict[str, Any] = {
        "facts": facts(),
        "state": state,
        "customer": "Mara Lindt",
        "since": at(13, 20),
        "answer_by": at(14, 20),
    }
    return TriageCard(**known | changes)


def team_post(text: str, **changes: Any) -> TeamPost:
    known: dict[str, Any] = {
        "ref": REF,
        "version": 3,
        "text": text,
        "author": "Amir Haddad",
        "customer": "Mara Lindt",
        "comment": 2,
    }
    return TeamPost(**known | changes)


def alert(state: AlertState, **changes: Any) -> Alert:
    known: dict[str, Any] = {
        "facts": facts(),
        "clock": ClockKind.FIRST_RESPONSE,
        "state": state,
        "due_at": at(14, 20),
        "customer": "Mara Lindt",
        "tier": Tier.PREMIUM,
        "agent": "Amir Haddad",
        "agent_since": at(14, 1),
    }
    return Alert(**known | changes)


def form(**changes: Any) -> NewTicketForm:
    categories = (
        CategoryChoice(
            key="billing",
            label="Billing",
            default_priority=Priority.HIGH,
            fields=(FieldSpec(key="invoice", label="Invoice number", is_required=True),),
        ),
        CategoryChoice(key="technical", label="Technical", default_priority=Priority.LOW),
    )
    known: dict[str, Any] = {"categories": categories, "zone": VIENNA}
    return NewTicketForm(**known | changes)


# What is read off the result


def shown(message: Message | View) -> str:
    """Every line a person reads, blocks in order; a quote keeps its mark."""
    blocks = message.blocks if isinstance(message, Message) else message["blocks"]
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: dict[str, Any]) -> list[str]:
    if block["type"] == "section":
        return [block["text"]["text"]]
    return [one["text"] for one in block["elements"]] if block["type"] == "context" else []


def buttons(message: Message | View) -> list[str]:
    """The labels of all buttons, the primary one in double brackets, and of a menu's options in round ones."""
    blocks = message.blocks if isinstance(message, Message) else message["blocks"]
    elements = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    elements += [block["accessory"] for block in blocks if "accessory" in block]
    return [_label(one) for one in elements]


def _label(element: dict[str, Any]) -> str:
    if element["type"] == "overflow":
        return "(" + ", ".join(one["text"]["text"] for one in element["options"]) + ")"
    label = str(element["text"]["text"])
    return f"[[{label}]]" if element.get("style") == "primary" else label
