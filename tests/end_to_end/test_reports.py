"""What leads look back on: reports, exports and the digest, from Slack."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.end_to_end.person import Message, Person, View
from tests.end_to_end.steps import assigned, started
from tests.end_to_end.workspace import Workspace
from tests.processes import ROOT


def image_of(blocks: list[dict[str, object]]) -> dict[str, object]:
    (image,) = [block for block in blocks if block["type"] == "image"]
    return image


def bytes_of(workspace: Workspace, who: Person, file: str) -> bytes:
    """A file as somebody downloads it."""
    with urlopen(f"{workspace.sandbox.url}/control/people/{who.id}/files/{file}") as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def with_file(who: Person) -> Message:
    """The newest message to somebody that has a file; waited for."""

    def look() -> Message | None:
        return next((message for message in reversed(who.messages()) if message.raw.get("files")), None)

    return who.workspace.wait_for(look, lambda: f"{who} has no file.\n{who.describe('app')}")


def test_a_lead_gets_a_report_with_its_picture(workspace: Workspace) -> None:
    assigned(workspace, workspace.new_team(agents=1), "The rocket does not start")
    lead = workspace.new_person("lead")

    answer = lead.command("/helpdesk report 7d")

    assert answer is not None
    assert answer.says("comes as a message from the app")
    report = lead.sees("opened,")
    image = image_of(report.raw["blocks"])
    assert str(image["alt_text"]).startswith("Chart of ")
    file = image["slack_file"]
    assert isinstance(file, dict)
    assert bytes_of(workspace, lead, str(file["id"])).startswith(b"\x89PNG")

    lead.press("Send CSV", on=report)
    lead.sees("come as a file from the app")
    assert with_file(lead).says("one row each")

    month = lead.command("/helpdesk report 30d")
    assert month is not None
    assert month.says("The report for ")
    span = lead.command("/helpdesk report 2026-01-05..2026-01-06")
    assert span is not None
    assert span.says("The report for Monday 5 January to Tuesday 6 January 2026 comes as a message from the app.")
    lead.sees("Monday 5 January to Tuesday 6 January 2026. ")


def test_an_export_has_a_row_for_each_ticket_and_no_formula(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "=cmd|' /C calc'!A0")
    lead = workspace.new_person("lead")

    answer = lead.command("/helpdesk export 1d")

    assert answer is not None
    assert answer.says("come as a file from the app")
    (file,) = with_file(lead).raw["files"]
    table = bytes_of(workspace, lead, file["id"]).decode("utf-8-sig")
    rows = {row["number"]: row for row in csv.DictReader(io.StringIO(table, newline=""))}
    row = rows[str(begun.number)]
    assert row["subject"] == "'=cmd|' /C calc'!A0"
    assert (row["customer"], row["agent"]) == (begun.customer.real_name, begun.agent.real_name)


def test_only_leads_look_back_and_what_is_no_period_is_said(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    lead, customer = workspace.new_person("lead"), workspace.new_person()
    for who in (team.agents[0], customer):
        for command in ("report", "export"):
            answer = who.command(f"/helpdesk {command}")
            assert answer is not None
            assert answer.says("Only leads can see reports.")
    wrong = lead.command("/helpdesk report since monday")
    assert wrong is not None
    assert wrong.says("Write a period as 7d, 30d or 2026-11-01..2026-11-15")


def test_nobody_has_many_reports_counted_at_once(workspace: Workspace) -> None:
    lead = workspace.new_person("lead")
    workspace.faults(api=[{"method": "chat.postMessage", "error": "ratelimited", "retry_after": 60}])
    said = [lead.command(f"/helpdesk report {days}d") for days in range(2, 9)]
    assert [answer is not None and answer.says("comes as a message") for answer in said] == [True] * 5 + [False] * 2
    assert said[-1] is not None
    assert said[-1].says("5 that you asked for are still on their way. Ask again when they are here.")


def test_a_report_in_app_home(workspace: Workspace) -> None:
    lead = workspace.new_person("lead")
    home = lead.home()

    lead.press("Report", on=home)

    def look() -> View | None:
        shown = workspace.sandbox.get(f"/control/people/{lead.id}/home")["view"]
        view = View(shown)
        return view if "resolved," in view.text else None

    report = workspace.wait_for(look, lambda: "The report does not come.")
    assert image_of(report.raw["blocks"])["slack_file"]
    lead.press("My work", on=report)
    workspace.wait_for(
        lambda: "Mine" in lead.home().text or "No tickets" in lead.home().text or None, lambda: "No way back."
    )


def test_the_digest_comes_once_and_shows_all_that_is_open(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=0)
    lead = own_workspace.new_person("lead")
    customer = own_workspace.new_person()
    for number in range(7):
        customer.command("/ticket")
        customer.fill(subject=f"Broken wheel {number}", description="It is so.", category=team.name)
        customer.submit()
        customer.close(all_forms=True)
    own_workspace.advance(days=1)
    configure(own_workspace, "00:00")
    own_workspace.advance(minutes=1)

    digest = lead.sees("Longest open:", "escalations")

    assert digest.says("7 opened, 0 resolved, 7 open (7 more).")
    assert digest.says("Broken wheel 0, under a day, nobody")
    assert digest.says("and 2 more")
    assert image_of(digest.raw["blocks"])["slack_file"]
    lead.press("Show all", on=digest)
    lead.view_says("7 tickets are open, the oldest first.")
    lead.view_says("Broken wheel 6")
    found = [message for message in lead.messages("escalations") if message.says("Longest open:")]
    assert len(found) == 1


def configure(workspace: Workspace, digest_at: str) -> None:
    """Set the time of the digest as an operator would."""
    bot = workspace.bot
    assert bot is not None
    settings = Path(bot.settings)  # type: ignore[attr-defined]
    changed = settings.with_name("changed.toml")
    changed.write_text(settings.read_text().replace('digest_at = "never"', f'digest_at = "{digest_at}"'))
    known = workspace.sandbox.credentials()
    environment = os.environ | {
        "SLACK_API_URL": known.api_url,
        "SLACK_BOT_TOKEN": known.bot_token,
        "SLACK_APP_TOKEN": known.app_token,
        "HELPDESK_DATABASE_URL": bot.database_url,  # type: ignore[attr-defined]
        "HELPDESK_CLOCK_URL": f"{workspace.sandbox.url}/control/clock",
    }
    command = [sys.executable, "-m", "bot", "--config", str(changed), "config", "apply"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_report_counts_what_a_lead_has_seen_happen(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    begun = started(own_workspace, team, "The tap drips")
    begun.agent.press("Resolve", on=begun.agent.now(begun.assignment))
    begun.agent.fill({"What solved it?": "A new seal."})
    begun.agent.submit()
    lead = own_workspace.new_person("lead")
    begun.customer.sees_change(begun.card, "Resolved by")

    lead.command("/helpdesk report 2d")

    report = lead.sees("1 opened, 1 resolved, 0 open.")
    assert report.says(f"{begun.agent.real_name}: 1 resolved, first answers 100 %, solutions 100 %, 0 held")
