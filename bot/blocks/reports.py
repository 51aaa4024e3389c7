"""Reports and the daily digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import text
from bot.actions import Act, Form, Press
from bot.blocks.parts import (
    act_button,
    actions,
    button,
    context,
    counted,
    message,
    modal,
    pages,
    press_button,
    section,
)
from bot.views.common import Block, Message, View
from bot.views.reports import DigestView, Kept, KeptBy, LongestOpen, OldTicket, ReportView, Took
from bot.words import common
from bot.words import reports as words

ROWS = 12
"""Priorities, categories or agents of a report; more are counted."""

SECTION_TEXT = 3_000
PAGE_ROWS = 10


def report_message(view: ReportView) -> Message:
    """`/helpdesk report`: the figures, and the tickets behind them on request."""
    head = words.REPORT_HEAD.format(days=days_in_words(view.first, view.last))
    sentences = [
        words.FIGURES.format(opened=view.opened, resolved=view.resolved, open=view.open_now),
        counted(words.REOPENED, view.reopened) if view.reopened else "",
        kept_sentence(view.kept),
        words.HELPFUL.format(share=percent(view.helpful)) if view.helpful is not None else "",
    ]
    figures = " ".join(sentence for sentence in sentences if sentence)
    took = "\n".join(
        line for line in (_took(words.TOOK_FIRST, view.first_answer), _took(words.TOOK_SOLUTION, view.solution)) if line
    )
    blocks: list[Block | None] = [
        section(f"{head} {figures}"),
        section(took) if took else None,
        context(words.TIMES_NOTE) if took else None,
        *_group(words.BY_PRIORITY, view.by_priority),
        *_group(words.BY_CATEGORY, view.by_category),
        *_group(words.BY_AGENT, view.by_agent),
        actions(
            button(Press.REPORT_CSV, common.PRESS[Press.REPORT_CSV], view.period, accessible=words.SEND_CSV_SPOKEN)
        ),
    ]
    return message(f"{head} {figures}".replace("*", ""), blocks)


def digest_message(view: DigestView) -> Message:
    """The day in one message for the leads: figures, and the tickets that have been open for longest."""
    came_back = counted(words.REOPENED, view.came_back) if view.came_back else ""
    first = " ".join(part for part in (_digest_head(view), came_back, kept_sentence(view.kept)) if part)
    troubles = " ".join(
        counted(template, count)
        for template, count in ((words.UNPLACED, view.unplaced), (words.UNDELIVERED, view.undelivered))
        if count
    )
    oldest = [_old_row(row) for row in view.oldest]
    if view.more:
        oldest.append(words.AND_MORE.format(count=view.more))
    blocks = [
        section(first),
        *(_paragraphs([words.LONGEST_OPEN, *oldest]) if oldest else []),
        actions(press_button(Press.OPEN_ALL)) if view.more else None,
        context(troubles) if troubles else None,
    ]
    spoken = [first.replace("*", ""), *(f"{row.replace('*', '')}." for row in oldest[:1]), troubles]
    return message(spoken, blocks)


def longest_open_view(view: LongestOpen) -> View:
    """All that is open, the oldest first, in pages."""
    rows = [section(_old_row(row.ticket), act_button(Act.OPEN, row.facts)) for row in view.rows[:PAGE_ROWS]]
    head = counted(words.OPEN_COUNT, view.count) if view.count else words.OPEN_NONE
    turned = pages(view.page, view.pages, Press.OPEN_PAGE_BACK, Press.OPEN_PAGE)
    blocks = [section(head), *rows, *turned]
    return modal(Form.LONGEST_OPEN, words.OPEN_TITLE, blocks, close=common.CLOSE)


_OF_OURS = frozenset({"cannot_draw", "gave_up"})
"""Slack has refused nothing."""


def paper_failed_message(kind: str, reason: str) -> Message:
    """What was asked for cannot be sent."""
    if reason.partition(":")[0] in _OF_OURS:
        why = words.WHY_NOT_OF_OURS
    else:
        why = words.WHY_NOT.get(reason) or words.WHY_NOT_ELSE.format(reason=text.inline(reason, text.NAME))
    sentence = words.NOT_SENT.get(kind, words.NOT_SENT["report"]).format(why=why)
    return message(sentence, [section(sentence)])


def chart_alt(first: date, last: date, *, opened: int, resolved: int, open_now: int, kept: Kept) -> str:
    """The picture's figures in words, for who does not see it."""
    alt = words.CHART_ALT.format(
        days=days_in_words(first, last), opened=opened, resolved=resolved, open=open_now, kept=kept_sentence(kept)
    )
    return alt.strip()


def kept_sentence(kept: Kept) -> str:
    """ "First answers met 94 %, solutions 91 %."; empty where nothing was promised."""
    first, solutions = percent(kept.first_answers), percent(kept.solutions)
    if kept.first_answers is None and kept.solutions is None:
        return ""
    if kept.solutions is None:
        return words.KEPT_FIRST.format(first=first)
    if kept.first_answers is None:
        return words.KEPT_SOLUTIONS.format(solutions=solutions)
    return words.KEPT_BOTH.format(first=first, solutions=solutions)


def percent(share: float | None) -> str:
    """ "94 %"; rounded down, so that 100 % is said of nothing less."""
    return words.NOTHING_JUDGED if share is None else f"{int(share * 100 + 1e-9)} %"


def day_in_words(day: date) -> str:
    """ "Monday 23 November"."""
    return words.DAY.format(weekday=words.WEEKDAYS[day.weekday()], day=day.day, month=words.MONTHS[day.month - 1])


def days_in_words(first: date, last: date) -> str:
    """A day, or from one to another, with the year."""
    if first == last:
        return words.ONE_DAY.format(day=day_in_words(first), year=first.year)
    return words.DAYS.format(first=day_in_words(first), last=day_in_words(last), year=last.year)


def _digest_head(view: DigestView) -> str:
    change = words.AS_MANY_OPEN
    if view.more_open:
        template = words.MORE_OPEN if view.more_open > 0 else words.FEWER_OPEN
        change = template.format(count=abs(view.more_open))
    return words.DIGEST_HEAD.format(
        day=day_in_words(view.day), opened=view.opened, resolved=view.resolved, open=view.open, change=change
    )


def _old_row(row: OldTicket) -> str:
    return words.OLD_ROW.format(
        number=row.number,
        subject=text.inline(row.subject, text.LIST_SUBJECT),
        days=counted(words.OLD_DAYS, row.days) if row.days else words.OLD_UNDER_A_DAY,
        agent=text.first(row.agent) if row.agent else words.NOBODY,
    )


def _took(template: str, took: Took) -> str:
    if took.p50 is None or took.p90 is None:
        return ""
    return template.format(p50=length(took.p50), p90=length(took.p90))


def length(time: timedelta) -> str:
    """ "41 min", "3 h 5 min", "52 h"; what took no minute is within one."""
    minutes = max(1, int(time.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 24 or (hours and not rest):
        return f"{hours:,} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _group(head: str, rows: Sequence[KeptBy]) -> list[Block]:
    if not rows:
        return []
    lines = [_kept_row(row) for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(words.MORE_ROWS.format(count=len(rows) - ROWS))
    return _paragraphs([head, *lines])


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    """The lines in one section, or in as many as Slack's limit for one asks for."""
    found: list[list[str]] = [[]]
    for line in lines:
        if text.size("\n".join([*found[-1], line])) > SECTION_TEXT:
            found.append([])
        found[-1].append(line)
    return [section("\n".join(paragraph)) for paragraph in found]


def _kept_row(row: KeptBy) -> str:
    template = words.KEPT_ROW if row.resolved is None else words.AGENT_ROW
    template += words.AGENT_LOAD if row.load is not None else ""
    template += words.AGENT_HELPFUL if row.helpful is not None else ""
    return template.format(
        name=text.inline(row.name, text.NAME),
        resolved=row.resolved,
        load=row.load,
        helpful=percent(row.helpful),
        first=percent(row.kept.first_answers),
        solutions=percent(row.kept.solutions),
    )
