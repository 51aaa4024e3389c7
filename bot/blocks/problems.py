"""The screens of problems: the card in the triage channel, lists, and the forms that reach many customers at once."""

from __future__ import annotations

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.lists import agent_sentence
from bot.blocks.parts import (
    OPTION_TEXT,
    act_button,
    actions,
    button,
    context,
    counted,
    distinct,
    field,
    listed_under,
    message,
    modal,
    option,
    pages,
    said,
    section,
    select,
    text_field,
)
from bot.values import problem_menu_value, problem_page_value, ticket_value
from bot.views import Message, View
from bot.views.common import Block
from bot.views.problems import (
    ActProgress,
    ForAllForm,
    LinkForm,
    ProblemCard,
    ProblemFacts,
    ProblemForm,
    ProblemList,
    ProblemTickets,
)
from bot.words import common
from bot.words import forms as form_words
from bot.words import problems as words

TITLE_LENGTH = 150
NONE = "-"


def problem_message(card: ProblemCard) -> Message:
    """The card in the triage channel, edited for life."""
    state, progress = _state(card.facts), _progress(card.progress)
    sentences = [_named(card.facts, text.LIST_SUBJECT), ". ", state, f" {progress}" if progress else ""]
    return message("".join(sentences).replace("*", ""), [*_card(card), context(words.TEAM_ONLY), _buttons(card)])


def problem_view(card: ProblemCard) -> View:
    """The same for one person."""
    blocks = [*_card(card), _buttons(card)]
    return modal(Form.PROBLEM_CARD, _titled(words.TICKETS_TITLE, card.facts), blocks, close=common.CLOSE)


def done_message(card: ProblemCard) -> Message:
    """A line in the card's thread when all is done: an edit of the card notifies nobody."""
    parts = (_progress(card.progress) or _state(card.facts), _left(card.progress))
    said_all = " ".join(part for part in parts if part)
    return message(f"{_named(card.facts, text.LIST_SUBJECT)}. {said_all}".replace("*", ""), [section(said_all)])


def _card(card: ProblemCard) -> list[Block | None]:
    progress = " ".join(part for part in (_progress(card.progress), _left(card.progress)) if part)
    head = said(words.HEAD, id=card.facts.id, title=text.inline(card.facts.title, text.CARD_SUBJECT))
    return [section(f"{head}\n{_state(card.facts)}"), context(progress) if progress else None]


def _state(facts: ProblemFacts) -> str:
    tickets = counted(words.TICKETS, facts.tickets)
    if not facts.is_resolved:
        return said(words.OPEN, tickets=tickets, owner=text.first(facts.owner))
    if facts.resolved_at is None:
        return said(words.RESOLVED_PLAIN, tickets=tickets)
    return said(words.RESOLVED, tickets=tickets, at=text.at(facts.resolved_at, facts.zone))


def _progress(progress: ActProgress | None) -> str:
    if progress is None:
        return ""
    over, running = (words.ALL_RESOLVED, words.RESOLVING) if progress.resolves else (words.ANSWERED, words.ANSWERING)
    template = over if progress.is_over else running
    return said(template, done=progress.done, total=progress.total, by=text.first(progress.by))


def _left(progress: ActProgress | None) -> str:
    if progress is None or not progress.left:
        return ""
    by = text.first(progress.by)
    return said(
        words.LEFT_ALONE, left=", ".join(counted(words.LEFT[why], count, by=by) for why, count in progress.left)
    )


def _buttons(card: ProblemCard) -> Block | None:
    facts, value = card.facts, str(card.facts.id)
    if facts.is_resolved:
        first = [_button(Press.PROBLEM_REOPEN, facts)]
    else:
        first = [_button(Press.PROBLEM_ANSWER, facts, primary=True), _button(Press.PROBLEM_RESOLVE, facts)]
    has_left = card.progress is not None and bool(card.progress.left)
    kinds = [kind for kind in words.MENU if (kind != "left" or has_left) and (kind != "own" or not facts.is_resolved)]
    options = [option(words.MENU[kind], problem_menu_value(kind, facts.id)) for kind in kinds]
    tickets = button(
        Press.PROBLEM_TICKETS,
        common.PRESS[Press.PROBLEM_TICKETS],
        value,
        accessible=f"{common.PRESS[Press.PROBLEM_TICKETS]}, {_named(facts, 40)}",
    )
    further = _menu(options, facts)
    return actions(*first, tickets, further)


def _menu(options: list[Block], facts: ProblemFacts) -> Block:
    """Slack wants two options at least: a single one is a button."""
    if len(options) > 1:
        return {"type": "overflow", "action_id": Press.PROBLEM_MENU, "options": options}
    label = str(options[0]["text"]["text"])
    return button(Press.PROBLEM_MENU, label, str(options[0]["value"]), accessible=f"{label}, {_named(facts, 40)}")


def _button(press: Press, facts: ProblemFacts, *, primary: bool = False) -> Block:
    label = common.PRESS[press]
    return button(press, label, str(facts.id), accessible=f"{label}, {_named(facts, 40)}", primary=primary)


# --- lists ------------------------------------------------------------------------------------------------------------


def problems_view(listed: ProblemList) -> View:
    """`/helpdesk problem`: those open, then those resolved."""
    rows = [section(_row(facts), _button(Press.PROBLEM_OPEN, facts)) for facts in listed.rows]
    turn = pages(listed.page, listed.pages, Press.PROBLEMS_PAGE_BACK, Press.PROBLEMS_PAGE)
    return modal(
        Form.PROBLEMS,
        words.LIST_TITLE,
        listed_under(Press.PROBLEM_NEW, rows, empty=words.LIST_EMPTY, turn=turn),
        close=common.CLOSE,
    )


def _row(facts: ProblemFacts) -> str:
    state = words.ROW_RESOLVED if facts.is_resolved else said(words.ROW_OPEN, owner=text.first(facts.owner))
    return said(
        words.ROW,
        id=facts.id,
        title=f"{text.inline(facts.title, text.LIST_SUBJECT)}.",
        tickets=counted(words.TICKETS, facts.tickets),
        state=state,
    )


def problem_tickets_view(listed: ProblemTickets) -> View:
    """A problem's tickets, or those that were left alone, each with why."""
    facts, is_left = listed.facts, bool(listed.why)
    rows = [section(_ticket(listed, index), act_button(Act.OPEN, row.facts)) for index, row in enumerate(listed.rows)]
    hidden = counted(words.TICKETS_HIDDEN, listed.hidden) if listed.hidden else ""
    empty = [] if hidden else [section(words.TICKETS_NONE)]
    return modal(
        Form.PROBLEM_TICKETS,
        _titled(words.TICKETS_TITLE, facts),
        [
            context(f"{_named(facts, text.LIST_SUBJECT)}."),
            *(rows or empty),
            context(hidden) if hidden else None,
            *pages(
                listed.page,
                listed.pages,
                Press.PROBLEM_TICKETS_PAGE_BACK,
                Press.PROBLEM_TICKETS_PAGE,
                lambda page: problem_page_value(facts.id, page, is_left=is_left),
            ),
        ],
        close=common.CLOSE,
    )


def nothing_left_view(facts: ProblemFacts) -> View:
    """Nothing was left alone."""
    return modal(
        Form.PROBLEM_TICKETS, _titled(words.TICKETS_TITLE, facts), [section(words.LEFT_NONE)], close=common.CLOSE
    )


def _ticket(listed: ProblemTickets, index: int) -> str:
    row = listed.rows[index]
    line = agent_sentence(row, listed.now, row.facts.zone)
    return f"{line}\n{words.WHY_LEFT[listed.why[index]]}" if index < len(listed.why) else line


# --- forms ------------------------------------------------------------------------------------------------------------


def problem_form_view(form: ProblemForm) -> View:
    """A new problem, or another title."""
    facts = form.facts
    title = facts.title if facts else form.title
    return modal(
        Form.PROBLEM,
        _titled(words.RENAME_TITLE, facts) if facts else words.NEW_TITLE,
        [
            text_field(
                Field.TITLE,
                words.TITLE,
                hint=words.TITLE_HINT,
                most=TITLE_LENGTH,
                initial=text.plain(title, TITLE_LENGTH) if title.strip() else "",
            )
        ],
        submit=words.SAVE,
        metadata=str(facts.id) if facts else "",
    )


def for_all_view(form: ForAllForm) -> View:
    """One text for all, which says who will read it."""
    facts = form.facts
    title, label, hint, submit = (
        (words.RESOLVE_TITLE, words.RESOLVE_LABEL, words.RESOLVE_HINT, words.RESOLVE_SUBMIT)
        if form.resolves
        else (words.ANSWER_TITLE, words.ANSWER_LABEL, words.ANSWER_HINT, words.ANSWER_SUBMIT)
    )
    return modal(
        Form.PROBLEM_RESOLVE if form.resolves else Form.PROBLEM_ANSWER,
        _titled(title, facts),
        [
            context(f"{_named(facts, text.LIST_SUBJECT)}."),
            text_field(Field.TEXT, label, hint=counted(hint, facts.tickets), multiline=True),
        ],
        submit=submit,
        metadata=str(facts.id),
    )


def link_view(form: LinkForm) -> View:
    """To which problem a ticket belongs."""
    options = [option(words.LINK_NONE, NONE)] if form.linked else []
    shown = [form.linked, *form.problems] if form.linked else list(form.problems)
    options += [
        option(text.plain(words.LINK_OPTION.format(id=one.id, title=one.title), OPTION_TEXT), str(one.id))
        for one in shown
    ]
    subject = text.inline(form.facts.subject, text.LIST_SUBJECT)
    choice = None
    if options:
        element = select(
            Press.VALUE, words.LINK_PLACEHOLDER, distinct(options), str(form.linked.id) if form.linked else None
        )
        choice = field(Field.CHOICE, words.LINK_LABEL, element, is_optional=True)
    new = text_field(Field.TITLE, words.LINK_NEW, hint=words.LINK_NEW_HINT, most=TITLE_LENGTH, is_optional=True)
    return modal(
        Form.LINK_PROBLEM,
        words.LINK_TITLE.format(number=form.facts.number),
        [context(said(form_words.ABOUT, number=form.facts.number, subject=text.ended(subject))), choice, new],
        submit=words.LINK_SUBMIT,
        metadata=ticket_value(form.facts.ref, form.facts.version),
    )


def _titled(template: str, facts: ProblemFacts) -> str:
    return template.format(id=facts.id)


def _named(facts: ProblemFacts, limit: int) -> str:
    return said(words.NAMED, id=facts.id, title=text.inline(facts.title, limit))
