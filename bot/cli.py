"""`helpdesk`: run the bot, and what an operator does around it."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot import initial, logs, manifest, planning
from bot.app import clock_of, run, web_client
from bot.charts import ChartsUnavailable
from bot.clock import ClockError
from bot.doctor import examine
from bot.settings import Settings, SettingsError, load
from bot.setup import recomputed_line, touches_line
from bot.starting import SlackUnavailable, installed
from ticketing.configuration import parse, to_document
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import DatabaseUnavailable, InvalidConfiguration, InvalidInput, StillOfTheTeam
from ticketing.model import Person
from ticketing.simulation import Habits

WRONG_SETTINGS = 2
"""Exit status where the settings have to be changed; 1 is what may be different next time."""


@click.group()
@click.option(
    "--config", type=click.Path(path_type=Path), help="The settings file (else HELPDESK_CONFIG, else helpdesk.toml)."
)
@click.pass_context
def helpdesk(context: click.Context, config: Path | None) -> None:
    """A helpdesk that lives in Slack."""
    context.obj = config


@helpdesk.command("run")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@click.pass_obj
def run_command(given: Path | None, config: Path | None) -> None:
    """Answer in Slack until stopped."""
    with _said_plainly():
        settings = load(config or given)
        logs.set_up(settings.log_level, settings.log_format)
        run(settings, say)


@helpdesk.command("manifest")
@click.option("--url", help="The public address of /slack/events, for HTTP; without it, the manifest for Socket Mode.")
@click.option("--user-groups", is_flag=True, help="With the scope to make agents of a user group's members.")
def manifest_command(url: str | None, *, user_groups: bool) -> None:
    """Print the manifest to create the Slack app from."""
    if url is None:
        say(manifest.for_socket_mode(user_groups=user_groups).rstrip())
        return
    if not url.startswith("https://"):
        raise click.BadParameter("Slack sends requests to addresses that begin with https:// only.", param_hint="--url")
    say(manifest.for_http(url, user_groups=user_groups).rstrip())


@helpdesk.command("migrate")
@click.pass_obj
def migrate_command(config: Path | None) -> None:
    """Bring the database to the present schema."""
    with _said_plainly():
        settings = load(config)
        logs.set_up(settings.log_level, settings.log_format)
        migrate(settings.database_url)
        say("The database is up to date.")


@helpdesk.group("config")
def config_group() -> None:
    """The desk's configuration: the [desk] part of the settings file."""


@config_group.command("check")
@click.pass_obj
def check_command(config: Path | None) -> None:
    """Check the file; nothing is changed."""
    with _said_plainly():
        settings = load(config)
        configuration = parse(settings.desk)
        say(f"The configuration is valid: {len(configuration.categories)} categories, {len(settings.people)} people.")


@config_group.command("apply")
@click.pass_obj
def apply_command(config: Path | None) -> None:
    """Store the file's [desk] as the configuration in force."""
    with _said_plainly():
        settings = load(config)
        migrate(settings.database_url)
        database = Database.open(settings.database_url)
        try:
            desk = Desk(database, clock_of(settings))
            say(touches_line(desk.preview(settings.desk)))
            version = desk.configure(settings.desk, by=None)
            follows = recomputed_line(desk.recompute_progress())
            is_stemmed_otherwise = desk.stemming_of_index() is not desk.configuration().stemming
        finally:
            database.close()
        say(f"Version {version} of the configuration is in force. {follows}".rstrip())
        if is_stemmed_otherwise:
            say(
                "The search index is stemmed otherwise: run `helpdesk reindex` in a quiet hour, until then it stays so."
            )


@helpdesk.command("init")
@click.option("--triage", help="The channel in which tickets show, by name.")
@click.option("--escalations", help="The channel to which alerts go, by name.")
@click.pass_obj
def init_command(config: Path | None, triage: str | None, escalations: str | None) -> None:
    """Look up the first channels by name and store their ids. App Home leads an admin through the rest."""
    names = {"triage": triage, "escalations": escalations}
    given = {purpose: name for purpose, name in names.items() if name}
    if not given:
        raise click.UsageError("Name a channel: --triage, --escalations or both.")
    with _said_plainly():
        settings = load(config)
        installed(settings)
        ids = initial.channel_ids(web_client(settings), given)
        with _desk(settings) as desk:
            desk.seed(settings.desk)
            version = initial.store_channels(desk, ids)
    for purpose, channel in ids.items():
        say(f"ok       channel for {purpose}: {channel}")
    say(f"Version {version} of the configuration is in force. Next: helpdesk doctor, then helpdesk run.")


@helpdesk.command("doctor")
@click.pass_obj
def doctor_command(config: Path | None) -> None:
    """Check settings, database, token and channels, and say what to do."""
    with _said_plainly():
        faults = examine(load(config), say)
    if faults:
        sys.exit(1)


class Figure(click.FloatRange):
    """A number from one to another, and not one that is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


DAY = click.DateTime(["%Y-%m-%d"])


@helpdesk.command("replay")
@click.option("--policy", type=click.Path(path_type=Path, exists=True), required=True, help="A TOML file with [desk].")
@click.option("--from", "first", type=DAY, required=True, help="The first day of tickets to judge.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--csv", "rows", type=click.Path(path_type=Path), help="Write every broken promise there.")
@click.pass_obj
def replay_command(config: Path | None, policy: Path, first: datetime, last: datetime, rows: Path | None) -> None:
    """Judge past tickets by another policy: had it been in force, which promises would have been broken."""
    with _said_plainly():
        planning.check_target(rows, "--csv")
        document = planning.document_in(policy)
        with _desk(load(config)) as desk:
            planning.replay_and_say(desk, document, first.date(), last.date(), rows=rows, say=say)


@helpdesk.command("simulate")
@click.option(
    "--policy", type=click.Path(path_type=Path, exists=True), help="A TOML file with [desk]; else what is in force."
)
@click.option(
    "--agents", "teams", type=click.IntRange(1, 500), multiple=True, help="How many answer; again to compare."
)
@click.option("--from", "first", type=DAY, help="Play the recorded tickets from this day on.")
@click.option("--to", "last", type=DAY, help="The last recorded day.")
@click.option("--days", type=click.IntRange(1, 366), default=28, show_default=True, help="Days to make up.")
@click.option("--tickets-a-day", type=Figure(0.1, 10_000), default=60.0, show_default=True)
@click.option("--work-minutes", type=Figure(0.1, 1000), default=20.0, show_default=True, help="For one turn.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same time.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw it into this PNG file.")
@click.pass_obj
def simulate_command(
    config: Path | None,
    *,
    policy: Path | None,
    teams: tuple[int, ...],
    first: datetime | None,
    last: datetime | None,
    days: int,
    tickets_a_day: float,
    work_minutes: float,
    seed: int,
    plot: Path | None,
) -> None:
    """Play a month in minutes: what more or fewer agents, or other promises, would do."""
    if (first is None) != (last is None):
        raise click.UsageError("A recorded time needs both --from and --to.")
    with _said_plainly():
        planning.check_target(plot, "--plot", suffix=".png")
        habits, settings = Habits(work=timedelta(minutes=work_minutes)), load(config)
        document, which = (planning.document_in(policy), None) if policy else _in_force(settings)
        if first is not None and last is not None:
            with _desk(settings) as desk:
                scenario = planning.recorded_scenario(
                    desk, document, first.date(), last.date(), habits=habits, seed=seed
                )
        else:
            scenario = planning.made_up_scenario(document, days, tickets_a_day, habits, seed)
        if which is not None:
            say(which)
        planning.simulate_and_say(scenario, teams, plot=plot, say=say)


@helpdesk.command("export-customer")
@click.argument("who")
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.pass_obj
def export_customer_command(config: Path | None, who: str, path: Path) -> None:
    """Write everything about one person into a JSON file. WHO is their Slack id, or their number here."""
    with _said_plainly(), _desk(load(config)) as desk:
        person = _one_person(desk, who)
        document = desk.export_customer(person.id, by=None)
        text = json.dumps(document, ensure_ascii=False, indent=2)
        with open(path, "w", encoding="utf-8", opener=_for_oneself) as file:
            file.write(text + "\n")
        say(f"{path}: everything about {person.name}, {len(document.get('tickets', ()))} tickets.")


@helpdesk.command("erase-customer")
@click.argument("who")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--compact", "is_compacting", is_flag=True, help="Also write the database anew, as `compact` does.")
@click.pass_obj
def erase_customer_command(config: Path | None, who: str, *, yes: bool, is_compacting: bool) -> None:
    """Erase one person's data for good. WHO is their Slack id, or their number here."""
    with _said_plainly(), _desk(load(config)) as desk:
        person = _one_person(desk, who)
        if not yes:
            say(
                f"{person.name} ({person.external_ref}): names, texts and files are erased for good, open tickets closed."
            )
            typed = click.prompt(f"Type {who} to go on", default="", show_default=False)
            if typed.strip() != who:
                _give_up("Nothing was erased.", 1)
        erased = desk.erase_customer(person.id, by=None)
        say(f"Erased: {erased.tickets} tickets, {erased.comments} comments on tickets of others.")
        if is_compacting:
            desk.compact()
            say("The database is written anew; nothing of it is left in its files.")
        else:
            say("What was deleted may stand in the database's files until `helpdesk compact` writes them anew.")


@helpdesk.command("compact")
@click.pass_obj
def compact_command(config: Path | None) -> None:
    """Write the database anew, so that nothing deleted is left in its files. For a quiet hour: others wait meanwhile."""
    with _said_plainly(), _desk(load(config)) as desk:
        desk.compact()
        say("The database is written anew.")


@helpdesk.command("reindex")
@click.pass_obj
def reindex_command(config: Path | None) -> None:
    """Make the search index anew, as the setting `stemming` says. Interrupted, it goes on where it was when called again."""
    shown = 0

    def told(done: int, total: int) -> None:
        nonlocal shown
        if 10 * done // total > shown:
            shown = 10 * done // total
            say(f"{done:,} of {total:,} tickets are indexed anew.")

    with _said_plainly(), _desk(load(config)) as desk:
        say(f"The search index is made anew; stemming: {desk.reindex(told)}.")


def _one_person(desk: Desk, who: str) -> Person:
    """The person that an operator means."""
    found = desk.people_called(who)
    if len(found) == 1:
        return found[0]
    if found:
        _give_up("Several people are called so: " + ", ".join(person.external_ref for person in found) + ".", 1)
    _give_up(f"Nobody is known as {who}.", 1)
    raise AssertionError("unreachable")


def _for_oneself(path: str, flags: int) -> int:
    """A file that only its owner can read."""
    return os.open(path, flags, 0o600)


@contextmanager
def _desk(settings: Settings) -> Iterator[Desk]:
    """The desk of the settings' database, brought to the present schema."""
    migrate(settings.database_url)
    database = Database.open(settings.database_url)
    try:
        yield Desk(database, clock_of(settings))
    finally:
        database.close()


def _in_force(settings: Settings) -> tuple[Mapping[str, Any], str]:
    """The configuration by which the desk goes, and which that is: the settings file's until a database has one."""
    url = make_url(settings.database_url)
    if not url.drivername.startswith("sqlite") or (url.database and Path(url.database).exists()):
        with _desk(settings) as desk:
            configuration = desk.configuration()
        if configuration.version:
            which = f"Played with version {configuration.version} of the configuration, which is in force."
            return to_document(configuration), which
    return settings.desk, "Played with [desk] of the settings file; no configuration is in force yet."


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Whatever keeps a command from doing its work is a sentence, not a traceback."""
    try:
        yield
    except (SettingsError, InvalidConfiguration, InvalidInput, planning.CannotPlan) as error:
        _give_up(str(error), WRONG_SETTINGS)
    except initial.NotInitialized as error:
        _give_up(str(error), 1)
    except ChartsUnavailable as error:
        _give_up(str(error), 1)
    except StillOfTheTeam as error:
        _give_up(str(error), 1)
    except ArgumentError:
        _give_up("HELPDESK_DATABASE_URL is not a database's address, such as sqlite:///helpdesk.db.", WRONG_SETTINGS)
    except (SlackUnavailable, ClockError) as error:
        _give_up(str(error), 1)
    except (DatabaseUnavailable, SQLAlchemyError) as error:
        cause = error.__cause__ or error
        _give_up(f"The database does not answer: {str(cause).splitlines()[0]}", 1)
    except OSError as error:
        _give_up(f"{error.strerror or error}.", 1)


def _give_up(sentence: str, status: int) -> None:
    for line in sentence.splitlines():
        click.echo(line, err=True)
    sys.exit(status)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    click.echo(line)
    sys.stdout.flush()


def main() -> None:
    """The command line."""
    helpdesk(prog_name="helpdesk")
