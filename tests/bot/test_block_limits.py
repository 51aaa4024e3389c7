"""
Whatever people type, wherever they type it: every renderer stays within Block Kit and shows it escaped.

Views are made of all their fields at once, texts being the longest and the oddest that could get there.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import refusals, views
from bot.actions import Act, Form, Press
from bot.blocks import (
    accounts,
    alert_groups,
    alerts,
    asking,
    assignment,
    board,
    customer,
    day,
    explanation,
    forms,
    home,
    home_report,
    joining,
    labels,
    lists,
    macros,
    new_ticket,
    outages,
    reports,
    taking,
    triage,
)
from bot.blocks import alert_lines as lines_of_alerts
from bot.blocks import problems as problem_screens
from bot.blocks.escalated import escalated_message
from bot.values import NewTicketState
from bot.views import Message, View
from bot.views.accounts import EndedAccount
from bot.views.asking import EntryList, QuestionForm, TeamList
from bot.views.day import HandoverForm, HandoverResult, HandoverRow, MyDay
from bot.views.joining import JoinedPost, MergeForm, MoveForm, SplitForm, WatchCard, WatchForm
from bot.views.joining import LinkForm as TicketLinkForm
from bot.views.labels import FieldsForm, TagsForm
from bot.views.macros import MacroForm, MacroList, ReplyForm
from bot.views.outages import Outage
from bot.views.problems import (
    ForAllForm,
    LinkForm,
    ProblemCard,
    ProblemFacts,
    ProblemForm,
    ProblemList,
    ProblemTickets,
)
from bot.views.reports import DigestView, HomeReport, LongestOpen, ReportView
from bot.views.team import WhichTicket
from sandbox.blockkit.blocks import message_problems
from sandbox.blockkit.views import view_problems
from tests.bot.block_limits import NAMED_CHANNEL, NAMED_PERSON, problems
from tests.bot.builders import facts
from ticketing.model import PersonId, TicketRef, TicketStatus

NASTY = (
    "<!channel> <!here> <@U1> <#C1>",
    "<https://evil.example|your bank>",
    "<!date^1^{date}|x>",
    "& &amp; &lt; < >",
    "*bold* _move_ ~gone~ `code` ```\nfence",
    "> quoted\n&gt; twice",
    "{number} {0} {} %s",
    "\u202egnp.exe \u2066x\u2069 \x00\x07",
    "a\u0301\u0301 👩‍👩‍👧‍👦 🇦🇹 각 \ud83d",
    "https://a.example/?q=<b>&c=*d*|e",
    "",
    " \n\t ",
    "\n" * 300,
    "&" * 3000,
    "<" * 40_000,
    "👩‍👩‍👧‍👦" * 2000,
    "x" * 40_000,
    "word " * 8000,
    "e" + "\u0301" * 4000,
    "https://" + "a" * 5000,
)
TEXTS = st.sampled_from(NASTY) | st.text(max_size=200) | st.lists(st.sampled_from(NASTY), max_size=3).map("".join)
ZONES = st.sampled_from(["UTC", "Europe/Vienna", "Asia/Kolkata", "Pacific/Apia", "Nowhere/Else", "", "../etc"])
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
NUMBERS = st.integers(0, 2**63 - 1)
REFS = st.builds(TicketRef, NUMBERS.map(PersonId), NUMBERS)
KEYS = st.from_regex(r"[a-z][a-z_]{0,40}", fullmatch=True)
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "zone": ZONES,
    "key": KEYS,
    "link": st.sampled_from([None, "https://x.slack.com/archives/C1/p1?thread_ts=1.2&cid=C1", "javascript:alert(1)"]),
    "source": st.just("m:C0SUPPORT1:1795440000.000100"),
    "lines": st.lists(st.just("<!date^1^{date}|x> opened &amp; held."), max_size=9).map(tuple),
    "line": st.just("*Jo Park* &amp; <!date^1^{date}|x>" * 400),
    "below": st.lists(st.just("Changed <!date^1^{date}|x>."), max_size=9).map(tuple),
    "opens": st.sampled_from([Press.TEAM, Press.SETTINGS_STEP, Press.TEST_TICKET]),
    "asks": st.just("Who answers what?"),
    "answered": st.just("2 agents: *Billing* &amp; <!date^1^{date}|x>, " * 200),
    "small": st.just("Tickets can be opened &amp; answered. " * 100),
    "missing": st.lists(st.just("Nobody answers A &amp; B. " * 300), max_size=9).map(tuple),
    "block": KEYS,
    "remembered": st.just("[1, 2]"),
    "press": st.sampled_from([None, Press.SETTINGS_OPEN, Press.SETTINGS_EDIT, Press.SETTINGS_ADD]),
    # Options are the configuration's, which keeps each to one short line.
    "options": st.lists(st.tuples(TEXTS.map(lambda text: text[:60]), TEXTS), max_size=12).map(tuple),
    # Tags are one short word each, whoever typed them.
    "tags": st.lists(TEXTS.map(lambda text: text[:40]), max_size=12).map(tuple),
    "in_use": st.lists(TEXTS.map(lambda text: text[:40]), max_size=12).map(tuple),
    "state_of_form": st.builds(NewTicketState, source=st.just("m:C1:1.2"), priority_from=KEYS),
    "mention": st.sampled_from([None, NAMED_PERSON]),
    "called": st.lists(st.just(NAMED_PERSON), max_size=99).map(tuple),
    "elsewhere": st.lists(
        st.tuples(st.just(NAMED_CHANNEL[2:-1]), st.lists(st.integers(1, 10**9), min_size=1, max_size=99).map(tuple)),
        max_size=12,
    ).map(tuple),
    "watchers": st.lists(st.just("U0AMIR0001"), max_size=99).map(tuple),
    "page": st.integers(0, 10**6),
    "because": st.sampled_from(["", "Not delivered: their account is deactivated."]),
    "period": st.just("2026-11-01..2026-11-15"),
    "left_s": st.integers(-(10**8), 10**8),
}
"""Fields whose text never is a person's: zones, keys and links of ours."""


@cache
def anything(wanted: Any) -> st.SearchStrategy[Any]:
    """Any value of a type, a frozen view with every field filled."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(anything(one) for one in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(anything(arguments[0]), max_size=12).map(tuple)
    if origin is tuple:
        return st.tuples(*(anything(one) for one in arguments))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is frozenset:
        return st.frozensets(anything(arguments[0]))
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return st.sampled_from(list(wanted))
    if dataclasses.is_dataclass(wanted) and wanted is not TicketRef:
        hints = typing.get_type_hints(wanted)
        fields = {one.name: _field(one.name, hints[one.name]) for one in dataclasses.fields(wanted)}
        return st.builds(typing.cast(Any, wanted), **fields)
    return _PLAIN[wanted]


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: NUMBERS,
    PersonId: NUMBERS,
    bool: st.booleans(),
    float: st.floats(0, 1),
    timedelta: st.timedeltas(timedelta(0), timedelta(days=400)),
    datetime: INSTANTS,
    date: INSTANTS.map(lambda one: one.date()),
    type(None): st.none(),
    TicketRef: REFS,
}


def _field(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if hint is NewTicketState:
        return NAMED["state_of_form"]
    if hint == tuple[views.Alert, ...]:  # each is of another ticket
        return st.lists(anything(views.Alert), max_size=12, unique_by=lambda one: one.facts.ref).map(tuple)
    if name == "page" and hint is not int:
        return anything(hint)
    return NAMED[name] if name in NAMED else anything(hint)


@dataclasses.dataclass(frozen=True)
class Lines:
    """What `alert_lines` is given."""

    first: views.Alert
    alerts: tuple[views.Alert, ...]
    more: int


@dataclasses.dataclass(frozen=True)
class AgentLine:
    """What `agent_line` is given."""

    row: views.AgentRow
    now: datetime
    zone: str


@dataclasses.dataclass(frozen=True)
class PaperFailed:
    """What `paper_failed_message` is given."""

    kind: str
    reason: str


def alert_lines(view: Lines) -> Message:
    return lines_of_alerts.alert_lines([view.first, *view.alerts], view.more)


def agent_line(view: AgentLine) -> Message:
    return lists.agent_line(view.row, now=view.now, zone=view.zone)


def paper_failed_message(view: PaperFailed) -> Message:
    return reports.paper_failed_message(view.kind, view.reason)


RENDERERS: list[tuple[Callable[[Any], Message | View], Any]] = [
    (new_ticket.new_ticket_view, views.NewTicketForm),
    (new_ticket.receipt_view, views.Receipt),
    (new_ticket.similar_view, views.SimilarAnswer),
    (customer.customer_card, views.CustomerCard),
    (customer.reply_post, views.ThreadPost),
    (customer.question_post, views.ThreadPost),
    (customer.resolved_post, views.ThreadPost),
    (customer.late_apology_post, views.LateApology),
    (customer.offer_message, views.Offer),
    (customer.other_ticket_view, views.OtherTicketForm),
    (assignment.assignment_card, views.AssignmentCard),
    (assignment.woken_post, views.TicketFacts),
    (triage.triage_card, views.TriageCard),
    (triage.from_customer_post, views.TeamPost),
    (triage.sent_post, views.TeamPost),
    (triage.note_post, views.TeamPost),
    (triage.unsent_post, views.TeamPost),
    (triage.rated_post, views.RatingPost),
    (triage.which_message, WhichTicket),
    (accounts.ended_message, EndedAccount),
    (outages.outage_message, Outage),
    (alerts.alert_message, views.Alert),
    (lines_of_alerts.alert_line, views.Alert),
    (alert_groups.alert_group_message, views.AlertGroup),
    (alert_lines, Lines),
    (alert_groups.alert_group_view, views.AlertGroup),
    (taking.take_several_view, views.TakeSeveral),
    (board.board_message, views.Board),
    (forms.text_form_view, views.TextForm),
    (problem_screens.problem_message, ProblemCard),
    (problem_screens.problem_view, ProblemCard),
    (problem_screens.done_message, ProblemCard),
    (problem_screens.problems_view, ProblemList),
    (problem_screens.problem_tickets_view, ProblemTickets),
    (problem_screens.nothing_left_view, ProblemFacts),
    (problem_screens.problem_form_view, ProblemForm),
    (problem_screens.for_all_view, ForAllForm),
    (problem_screens.link_view, LinkForm),
    (labels.tags_view, TagsForm),
    (labels.fields_view, FieldsForm),
    (macros.reply_view, ReplyForm),
    (macros.macros_view, MacroList),
    (macros.macro_view, MacroForm),
    (forms.rating_view, views.RatingForm),
    (forms.assign_view, views.AssignForm),
    (forms.release_view, views.TicketFacts),
    (taking.take_view, views.TakeForm),
    (forms.choice_view, views.ChoiceForm),
    (forms.read_all_view, views.ReadAll),
    (forms.more_actions_view, views.MoreActions),
    (forms.why_view, views.WhyView),
    (escalated_message, views.Escalated),
    (day.my_day, MyDay),
    (day.handover_view, HandoverForm),
    (day.handover_result_view, HandoverResult),
    (day.handover_notice, HandoverResult),
    (home.customer_home, views.CustomerHome),
    (home.agent_home, views.AgentHome),
    (home.board_home, views.Board),
    (lists.customer_list, views.CustomerList),
    (lists.agent_list, views.AgentList),
    (lists.customer_line, views.CustomerRow),
    (agent_line, AgentLine),
    (explanation.explanation_message, views.ExplanationView),
    (asking.question_view, QuestionForm),
    (asking.team_view, TeamList),
    (asking.entries_view, EntryList),
    (joining.merge_view, MergeForm),
    (joining.split_view, SplitForm),
    (joining.link_view, TicketLinkForm),
    (joining.move_view, MoveForm),
    (joining.watch_view, WatchForm),
    (joining.joined_post, JoinedPost),
    (joining.watch_card, WatchCard),
    (reports.report_message, ReportView),
    (reports.digest_message, DigestView),
    (reports.longest_open_view, LongestOpen),
    (paper_failed_message, PaperFailed),
    (home_report.home_report, HomeReport),
]
CHOICE_FORMS = [Form.PRIORITY, Form.CATEGORY, Form.SNOOZE]
TEXT_FORMS = [Form.REPLY, Form.NOTE, Form.RESOLVE, Form.WAIT, Form.ANSWER]


def everything_wrong(shown: Message | View) -> list[str]:
    """By our own reading of Slack's rules, and by the sandbox's."""
    if isinstance(shown, Message):
        return [*problems(shown), *message_problems(shown.blocks)]
    return [*problems(shown), *view_problems(shown, kind=shown["type"])]


@pytest.mark.parametrize(("renderer", "wanted"), RENDERERS, ids=lambda one: getattr(one, "__name__", ""))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_no_input_breaks_a_screen(renderer: Callable[[Any], Message | View], wanted: Any, data: st.DataObject) -> None:
    view = data.draw(anything(wanted))
    if isinstance(view, views.TextForm):
        view = dataclasses.replace(view, form=data.draw(st.sampled_from(TEXT_FORMS)))
    if isinstance(view, views.ChoiceForm):
        view = dataclasses.replace(view, form=data.draw(st.sampled_from(CHOICE_FORMS)))
    if isinstance(view, views.NewTicketForm) and view.categories:
        view = dataclasses.replace(view, category=view.categories[0].key)

    assert everything_wrong(renderer(view)) == []


@pytest.mark.parametrize(
    "message",
    [
        lists.ticket_help(),
        lists.helpdesk_help(),
        customer.reopened_post(42),
        customer.closes_soon_post(TicketRef(PersonId(1), 42), 3, 2),
        customer.thanks_post(TicketRef(PersonId(1), 42), 3),
        refusals.unknown_command("<!channel>" * 40, ["queue"]).message(),
        refusals.failure("7F3A", "<@U1> Fischer").message(),
    ],
    ids=range(7),
)
def test_what_takes_no_view_is_within_the_limits_too(message: Message) -> None:
    assert everything_wrong(message) == []


@pytest.mark.parametrize(("count", "kind"), [(200, "static_select"), (500, "external_select")])
def test_a_hundred_agents_of_each_kind_are_listed_and_of_more_one_types_a_name(count: int, kind: str) -> None:
    agents = tuple(
        views.AgentChoice(id=PersonId(one), name="Jo Park", load=1, max_load=5, fits=one % 2 == 0)
        for one in range(count)
    )
    shown = forms.assign_view(views.AssignForm(facts=facts(), agents=agents))

    assert everything_wrong(shown) == []
    assert shown["blocks"][1]["element"]["type"] == kind
    assert [len(group["options"]) for group in forms.agent_options(agents)["option_groups"]] == [100, 100]


def test_a_hand_over_of_many_tickets_to_many_agents_has_room() -> None:
    takers = tuple(
        views.AgentChoice(id=PersonId(one), name="👩‍👩‍👧‍👦" * 40, load=10**6, max_load=10**6) for one in range(300)
    )
    shown = views.AgentRow(facts=facts(subject="&" * 150), status=TicketStatus.ASSIGNED, customer="x" * 80, due_at=None)
    rows = tuple(
        HandoverRow(row=dataclasses.replace(shown, facts=facts(ref=TicketRef(PersonId(7), one))), takers=takers)
        for one in range(200)
    )

    assert everything_wrong(day.handover_view(HandoverForm(rows=rows, now=datetime(2026, 11, 23, tzinfo=UTC)))) == []


def test_more_actions_has_room_for_every_act() -> None:
    assert (
        everything_wrong(
            forms.more_actions_view(views.MoreActions(facts=facts(), acts=tuple(Act), customer="Mara Lindt"))
        )
        == []
    )


def test_going_away_is_within_the_limits() -> None:
    assert everything_wrong(day.away_view()) == []


def test_an_app_home_with_every_button_is_within_the_limits() -> None:
    shown = home.agent_home(
        views.AgentHome(
            now=datetime(2026, 11, 23, tzinfo=UTC),
            name="Lena",
            mine=(),
            queue=(),
            queued=0,
            due_today=0,
            waiting_for_me=0,
            overdue=0,
            load=0,
            max_load=1,
            is_lead=True,
            presses=frozenset(Press),
        )
    )

    assert everything_wrong(shown) == []
