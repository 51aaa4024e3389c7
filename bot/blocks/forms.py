"""The modals of agents and customers, save the new-ticket form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot import text
from bot.actions import Block as Field
from bot.actions import Form, Press
from bot.blocks.others import others_blocks
from bot.blocks.parts import (
    OPTIONS,
    act_button,
    actions,
    context,
    distinct,
    field,
    modal,
    option,
    pages,
    plain_text,
    said,
    searched,
    section,
    select,
    text_field,
    watching_act,
)
from bot.values import holder_value, page_value, person_value, ticket_value
from bot.views import (
    AgentChoice,
    AssignForm,
    ChoiceForm,
    Message,
    MoreActions,
    RatingForm,
    ReadAll,
    TextForm,
    TicketFacts,
    View,
    WhyView,
)
from bot.views.common import Block
from bot.words import common
from bot.words import forms as words
from ticketing.model import Priority

READ_PIECES = 10  # sections of a page: with every character escaped it stays under Slack's 250 KB for a view
WHY_LINES = 6
TOLD_WHEN_CLOSED = frozenset({Form.RESOLVE, Form.WAIT})
MORE_MOST = 40


def text_form_view(form: TextForm) -> View:
    """Reply, Note, Resolve, Wait or Answer: one text, and who will read it."""
    customer = text.first_name(form.customer)
    return modal(
        form.form,
        titled(words.TITLE[form.form], form.facts),
        [
            about(form.facts),
            *others_blocks(form.others, form.answer, form.facts.zone),
            text_field(
                Field.TEXT,
                words.LABEL[form.form],
                hint=words.HINT[form.form].format(customer=customer),
                multiline=True,
                initial=form.text,
            ),
            _share() if form.can_share else None,
        ],
        submit=words.SUBMIT[form.form],
        metadata=metadata(form.facts),
    ) | {"notify_on_close": form.form in TOLD_WHEN_CLOSED}


def _share() -> Block:
    """Never ticked by itself: whoever resolves decides whether other customers may read it."""
    boxes = {
        "type": "checkboxes",
        "action_id": Press.VALUE,
        "options": [option(words.SHARE_OPTION, Field.SHARE)],
    }
    return field(Field.SHARE, words.SHARE_LABEL, boxes, hint=words.SHARE_HINT, is_optional=True)


def is_shared(view: View) -> bool:
    """Whether other customers may read it."""
    return is_ticked(view, Field.SHARE)


def is_ticked(view: View, block_id: str) -> bool:
    """Whether a box that stands alone was ticked."""
    answers: Mapping[str, Any] = view.get("state", {}).get("values", {}).get(block_id, {})
    element: Mapping[str, Any] = next(iter(answers.values()), {})
    return bool(element.get("selected_options"))


def read_text(view: View) -> str:
    """What was written in a form's one text, stripped; empty when nothing was."""
    return value_of(view, Field.TEXT).strip()


def rating_view(form: RatingForm) -> View:
    """Helpful or not, and a comment."""
    options = [option(label, value) for value, label in words.RATING_ANSWERS]
    answer = {
        "type": "radio_buttons",
        "action_id": Press.VALUE,
        "options": options,
        "initial_option": options[0 if form.is_helpful else 1],
    }
    comment = text_field(
        Field.TEXT,
        words.RATING_COMMENT,
        hint=words.RATING_HINT,
        multiline=True,
        initial=form.comment,
        is_optional=True,
    )
    return modal(
        Form.RATING,
        titled(words.RATING_TITLE, form.facts),
        [about(form.facts), field(Field.CHOICE, words.RATING_ANSWER, answer), comment],
        submit=common.SEND,
        metadata=metadata(form.facts),
    )


def read_rating(view: View) -> tuple[bool, str]:
    """Whether it was helpful, and the comment."""
    return value_of(view, Field.CHOICE) != words.RATING_ANSWERS[1][0], read_text(view)


def assign_view(form: AssignForm) -> View:
    """Assign or reassign: those who fit first, those beyond capacity or skill after them."""
    template = words.REASSIGN_TITLE if form.holder else words.ASSIGN_TITLE
    heading = titled(template, form.facts)
    holder = said(words.ASSIGN_HOLDER, holder=text.first(form.holder)) if form.holder else ""
    if not form.agents:
        return modal(Form.ASSIGN, heading, [section(words.ASSIGN_NOBODY)], close=common.CLOSE)
    return modal(
        Form.ASSIGN,
        heading,
        [
            about(form.facts, holder),
            field(Field.AGENT, words.ASSIGN_LABEL, _agents(form.agents)),
            text_field(Field.TEXT, words.ASSIGN_NOTE, hint=words.ASSIGN_NOTE_HINT, multiline=True, is_optional=True),
        ],
        submit=words.ASSIGN_SUBMIT,
        metadata=holder_value(form.facts.ref, form.facts.version, form.holder_id),
    )


def release_view(facts: TicketFacts) -> View:
    """Release to the queue, with a note for whoever takes it."""
    return modal(
        Form.RELEASE,
        titled(words.RELEASE_TITLE, facts),
        [
            about(facts, words.RELEASE_TEXT),
            text_field(Field.TEXT, words.RELEASE_NOTE, hint=words.ASSIGN_NOTE_HINT, multiline=True, is_optional=True),
        ],
        submit=words.RELEASE_SUBMIT,
        metadata=metadata(facts),
    )


def read_until_value(view: View) -> tuple[str, str]:
    """The length or name that was chosen, and the time of day beside it, as they stand in the form."""
    return value_of(view, Field.UNTIL), value_of(view, Field.UNTIL_TIME)


def choice_view(form: ChoiceForm) -> View:
    """Priority, category or snooze: one of a few."""
    options = [option(label, value) for value, label in form.options]
    if not options:
        return modal(
            form.form,
            titled(words.CHOICE_TITLE[form.form], form.facts),
            [section(words.CHOICE_NONE)],
            close=common.CLOSE,
        )
    element = select(Press.VALUE, words.CHOICE_PLACEHOLDER[form.form], options, form.chosen)
    return modal(
        form.form,
        titled(words.CHOICE_TITLE[form.form], form.facts),
        [
            about(form.facts),
            field(Field.CHOICE, words.CHOICE_LABEL[form.form], element, hint=words.CHOICE_HINT[form.form]),
        ],
        submit=words.CHOICE_SUBMIT[form.form],
        metadata=metadata(form.facts),
    )


def read_choice(view: View) -> str:
    """The value that was chosen; empty when none was."""
    return value_of(view, Field.CHOICE)


def read_all_view(whole: ReadAll) -> View:
    """A whole text, in pages if it must be."""
    pieces = text.body(whole.text)
    count = -(-len(pieces) // READ_PIECES)
    page = min(max(whole.page, 1), count)
    shown = pieces[(page - 1) * READ_PIECES : page * READ_PIECES]
    author = text.inline(whole.author, text.NAME)
    head = said(words.READ_HEAD_PLAIN, author=author)
    if whole.said_at:
        head = said(words.READ_HEAD, author=author, at=text.at(whole.said_at, whole.zone))
    return modal(
        Form.READ_ALL,
        words.READ_TITLE.format(number=whole.ref.number),
        [
            context(head),
            *(section(piece) for piece in shown),
            *pages(
                page,
                count,
                Press.READ_PAGE_BACK,
                Press.READ_PAGE,
                lambda to: page_value(to, whole.ref, whole.comment),
            ),
            _watching(whole),
        ],
        close=common.CLOSE,
    )


def _watching(whole: ReadAll) -> Block | None:
    if whole.is_watching is None:
        return None
    facts = TicketFacts(ref=whole.ref, version=whole.version, subject="", category="", priority=Priority.MEDIUM)
    return actions(act_button(watching_act(is_watching=whole.is_watching), facts))


def more_actions_view(more: MoreActions) -> View:
    """A row and a button for each other thing possible now."""
    rows = [
        section(
            common.POSSIBLE_NOW[act],
            act_button(act, more.facts, customer=more.customer),
        )
        for act in dict.fromkeys(more.acts[:MORE_MOST])
    ]
    blocks = [about(more.facts), *(rows or [section(words.MORE_NONE)])]
    heading = titled(words.MORE_TITLE, more.facts)
    return modal(Form.MORE, heading, blocks, close=common.CLOSE, metadata=metadata(more.facts))


def why_view(why: WhyView) -> View:
    """Six lines at most, each mrkdwn and escaped already (date tokens in it stay)."""
    lines = [section(line) for line in why.lines[:WHY_LINES]]
    blocks = [about(why.facts), *(lines or [section(common.NONE_YET)])]
    return modal(Form.WHY, titled(words.WHY_TITLE, why.facts), blocks, close=common.CLOSE)


def plain_view(said: Message | str) -> View:
    """One sentence: "Not saved. Press again in a minute.", with its button, if any. It is mrkdwn, escaped already."""
    shown = said if isinstance(said, Message) else Message(said, [])
    return modal(Form.PLAIN, words.PLAIN_TITLE, shown.blocks or [section(shown.text)], close=common.CLOSE)


def _agents(agents: tuple[AgentChoice, ...]) -> Block:
    if any(sum(one.fits is fits for one in agents) > OPTIONS for fits in (True, False)):
        return searched(Press.AGENT_FOUND, words.ASSIGN_PLACEHOLDER)
    listed = agent_options(agents)
    return {
        "type": "static_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(words.ASSIGN_PLACEHOLDER),
        **listed,
    }


def agent_options(agents: Iterable[AgentChoice]) -> Mapping[str, list[Block]]:
    """What a list of agents offers: those who fit before the others, 100 of each at most; Slack takes no empty group."""
    agents = tuple(agents)
    fitting, others = (distinct(_agent(one) for one in agents if one.fits is fits) for fits in (True, False))
    if not fitting or not others:
        return {"options": fitting or others}
    groups = ((words.ASSIGN_FITS, fitting), (words.ASSIGN_OTHERS, others))
    return {"option_groups": [{"label": plain_text(label), "options": options} for label, options in groups]}


def _agent(agent: AgentChoice) -> Block:
    template = words.ASSIGN_OPTION if agent.is_available else words.ASSIGN_OPTION_AWAY
    name = text.plain(agent.name, 40)  # so that the load behind it is never cut off
    return option(template.format(agent=name, load=agent.load, max_load=agent.max_load), person_value(agent.id))


def titled(template: str, facts: TicketFacts) -> str:
    return template.format(number=facts.number)


def about(facts: TicketFacts, further: str = "") -> Block:
    """A form's first line: which ticket it is about."""
    subject = text.inline(facts.subject, text.LIST_SUBJECT)
    return context(" ".join((said(words.ABOUT, number=facts.number, subject=text.ended(subject)), further)).strip())


def metadata(facts: TicketFacts) -> str:
    """What a form remembers: its ticket, and the version it was opened for."""
    return ticket_value(facts.ref, facts.version)


def value_of(view: View, block_id: str) -> str:
    """What was chosen or written in a field; empty when nothing was."""
    answers: Mapping[str, Any] = view.get("state", {}).get("values", {}).get(block_id, {})
    element: Mapping[str, Any] = next(iter(answers.values()), {})
    chosen = element.get("selected_option")
    found = chosen.get("value") if isinstance(chosen, Mapping) else element.get("selected_time") or element.get("value")
    return found if isinstance(found, str) else ""
