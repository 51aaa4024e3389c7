"""Somebody else keeps the database locked: people are answered within Slack's three seconds, and nothing is half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from tests.end_to_end.bot import BotProcess
from tests.end_to_end.steps import assigned
from tests.end_to_end.workspace import Workspace
from tests.postgres import connect


@contextmanager
def locked(workspace: Workspace) -> Iterator[None]:
    """Another process holds the write lock meanwhile."""
    assert isinstance(workspace.bot, BotProcess)
    address = make_url(workspace.bot.database_url)
    if address.get_backend_name() == "sqlite":
        holder = sqlite3.connect(str(address.database), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        return
    with connect(address) as operator, operator.transaction():
        operator.execute("LOCK TABLE tickets IN EXCLUSIVE MODE")
        yield


def test_every_press_is_answered_in_time_and_none_is_half_done(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    tickets = [assigned(own_workspace, team, f"The door is stuck {number}") for number in range(3)]
    amir = tickets[0].agent

    with locked(own_workspace):
        # Slack's client fails a press that is not acknowledged within three seconds; so does `press`.
        own_workspace.at_once(*[lambda one=one: amir.press("Start", on=one.assignment) for one in tickets])
        said = own_workspace.wait_for(
            lambda: amir.ephemerals() if len(amir.ephemerals()) == len(tickets) else None, lambda: amir.describe("app")
        )
    assert [message.text for message in said] == ["Not saved. Press again in a minute."] * 3

    for one in tickets:
        amir.press("Start", on=one.assignment)
        amir.sees_change(one.assignment, "You are working on it.")


def test_a_form_keeps_what_was_typed(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    begun = assigned(own_workspace, team, "The lamp is broken")
    begun.agent.press("Reply", on=begun.assignment)
    begun.agent.fill({"Reply": "A new one is coming."})

    with locked(own_workspace):
        sent = begun.agent.submit()
    assert list(sent.errors.values()) == [
        "Not saved: the database does not answer. Your text is still here; press Send again in a minute."
    ]

    assert begun.agent.submit().errors == {}
    begun.customer.sees("A new one is coming.", where=begun.card)
