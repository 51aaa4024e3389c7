"""
The desk of one workspace: the only door to its tickets.

Every use case is one short transaction: begin, lock, guard, move, done. Each kind of work has its module here.
"""

from __future__ import annotations

from ticketing.database import Database
from ticketing.desk.alerting import Alerting
from ticketing.desk.amending import Amending
from ticketing.desk.answering import Answering
from ticketing.desk.assignment import Assignment
from ticketing.desk.attachments import Attachments
from ticketing.desk.base import Clock
from ticketing.desk.boards import Boards
from ticketing.desk.climbing import Climbing
from ticketing.desk.conversation import Conversation
from ticketing.desk.countdown import Countdown
from ticketing.desk.explaining import Explaining
from ticketing.desk.figures import Figures
from ticketing.desk.foreseeing import foresee
from ticketing.desk.handing_over import HandingOver
from ticketing.desk.job_runs import JobRuns
from ticketing.desk.linking import Linking
from ticketing.desk.macros import Macros
from ticketing.desk.membership import Membership
from ticketing.desk.merging import Merging
from ticketing.desk.moving import Moving
from ticketing.desk.opening import Opening
from ticketing.desk.outages import Outages
from ticketing.desk.own_figures import OwnFiguresOf
from ticketing.desk.paging import Paging
from ticketing.desk.privacy import Privacy
from ticketing.desk.problem_acts import ProblemActs
from ticketing.desk.progress import Progress
from ticketing.desk.promising import Promising
from ticketing.desk.rating import Satisfaction
from ticketing.desk.recomputing import Recomputing
from ticketing.desk.rehousing import Rehousing
from ticketing.desk.replaying import Replaying
from ticketing.desk.reporting import Reporting
from ticketing.desk.settings import Settings
from ticketing.desk.sharing import Sharing
from ticketing.desk.shifts import Shifts
from ticketing.desk.snoozing import Snoozing
from ticketing.desk.splitting import Splitting
from ticketing.desk.tags import Tags
from ticketing.desk.transitions import Transitions
from ticketing.desk.trying import Trying
from ticketing.desk.undo import Undo
from ticketing.desk.watchers import Watchers
from ticketing.desk.watching import Watching
from ticketing.inbound import Inbound
from ticketing.outbox import Outbox


class Desk(
    Opening,
    Transitions,
    Assignment,
    HandingOver,
    Progress,
    Conversation,
    Answering,
    Amending,
    Attachments,
    Tags,
    Macros,
    ProblemActs,
    Satisfaction,
    Snoozing,
    Watchers,
    Trying,
    Undo,
    Merging,
    Splitting,
    Linking,
    Moving,
    Watching,
    Promising,
    Alerting,
    Rehousing,
    Outages,
    Climbing,
    Boards,
    Countdown,
    Explaining,
    Paging,
    Sharing,
    Reporting,
    Figures,
    OwnFiguresOf,
    Replaying,
    Shifts,
    Privacy,
    Membership,
    Settings,
    Recomputing,
    JobRuns,
):
    """
    What people do with tickets. `clock` tells the business time, as an aware UTC datetime.

    People and ids and frozen values go in, frozen values come out; rows and connections stay inside. What is refused
    raises one of `ticketing.errors`, and has changed nothing.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self.subscribe(foresee)
        self.outbox = Outbox(database)
        self.inbound = Inbound(database)


__all__ = ["Clock", "Desk"]
