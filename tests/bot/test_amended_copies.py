"""The copies of what was said follow its edits and deletions, also when the copy itself went wrong."""

from __future__ import annotations

import pytest

from tests.bot.outbound import TRIAGE, World


@pytest.mark.parametrize("is_lost", [False, True])
def test_what_was_deleted_stands_nowhere_though_the_answer_to_its_posting_was_lost(world: World, is_lost: bool) -> None:
    amir, mara = world.agent("amir"), world.person("mara")
    ticket = world.ticket()
    world.deliver_all()
    if is_lost:
        world.fault(method="chat.postMessage", rate=1.0, times=2, lose_answer=True)
    world.says(ticket.ref, mara, "you snails")
    world.deliver()
    world.fault()
    assert any("you snails" in each for each in world.thread("amir", TRIAGE))

    (comment,) = world.desk.comments(ticket.ref, include_internal=True)
    world.desk.delete_comment(ticket.ref, comment.number, by=mara)
    world.deliver_all()

    assert not any("you snails" in each for each in world.thread("amir", TRIAGE))
    assert not any("you snails" in each for each in world.thread("amir"))
    assert amir == world.desk.ticket(ticket.ref).assigned_agent_id


def test_an_edit_before_its_message_was_shown_is_shown_once(world: World) -> None:
    world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    mara = world.person("mara")
    world.says(ticket.ref, mara, "it is ten degreese")
    world.desk.edit_comment(ticket.ref, 1, "it is ten degrees", by=mara, source_version="1795000000.000100")
    world.deliver_all()

    told = [each for each in world.thread("amir", TRIAGE) if "ten degree" in each]
    assert len(told) == 1
    assert "degreese" not in told[0]


def test_a_note_that_is_edited_never_reaches_the_customer(world: World) -> None:
    jo = world.agent("jo")
    ticket = world.ticket()
    world.deliver_all()
    world.says(ticket.ref, jo, "he always complains", internal=True)
    world.desk.edit_comment(ticket.ref, 1, "third time", by=jo, source_version="1795000000.000100")
    world.deliver_all()

    assert not any("third time" in each or "complains" in each for each in world.thread("mara"))
    assert any("third time" in each for each in world.thread("jo", TRIAGE))
