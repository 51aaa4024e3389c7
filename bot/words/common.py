"""Words that stand on several surfaces: states, priorities, buttons, times."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actions import Act, Press
from ticketing.model import ClockKind, Priority, TicketStatus, Tier

PRIORITY = {Priority.LOW: "Low", Priority.MEDIUM: "Medium", Priority.HIGH: "High", Priority.URGENT: "Urgent"}
TIER = {Tier.STANDARD: "standard", Tier.PREMIUM: "premium", Tier.ENTERPRISE: "enterprise"}

STATUS = {
    TicketStatus.OPEN: "waiting for an agent",
    TicketStatus.ASSIGNED: "assigned",
    TicketStatus.IN_PROGRESS: "in progress",
    TicketStatus.PENDING_CUSTOMER: "waiting for the customer",
    TicketStatus.RESOLVED: "resolved",
    TicketStatus.CLOSED: "closed",
}

CLOCK = {
    ClockKind.TIME_TO_CLAIM: "Claim",
    ClockKind.FIRST_RESPONSE: "First answer",
    ClockKind.NEXT_RESPONSE: "Answer",
    ClockKind.RESOLUTION: "Solution",
}
"""What a clock asks for, beginning a sentence; in the middle of one it is written small."""

BUTTON = {
    Act.START: "Start",
    Act.CLAIM: "Claim",
    Act.CLAIM_ANYWAY: "Claim anyway",
    Act.ASSIGN: "Assign",
    Act.REPLY: "Reply",
    Act.NOTE: "Add note",
    Act.WAIT: "Wait for {customer}",
    Act.RESUME: "Resume",
    Act.RESOLVE: "Resolve",
    Act.REOPEN: "Reopen",
    Act.UNDO: "Undo",
    Act.TAKE_BACK: "Take back",
    Act.RELEASE: "Release",
    Act.REASSIGN: "Reassign",
    Act.SNOOZE: "Snooze",
    Act.WAKE: "Show it now",
    Act.PRIORITY: "Change priority",
    Act.CATEGORY: "Change category",
    Act.TAGS: "Tags",
    Act.FIELDS: "Fields",
    Act.LINK_PROBLEM: "Link to a problem",
    Act.MERGE: "Merge",
    Act.UNMERGE: "Undo",
    Act.SPLIT: "Split",
    Act.LINK: "Link",
    Act.MOVE: "Move",
    Act.WATCH: "Watch",
    Act.NOT_A_TICKET: "Not a ticket",
    Act.ESCALATE: "Escalate",
    Act.WHY: "Why",
    Act.MORE: "More actions",
    Act.OPEN: "Open",
    Act.READ_ALL: "Read all",
    Act.PULL_BACK: "Pull back",
    Act.TRY_AGAIN: "Try again",
    Act.KEEP_AS_NOTE: "Keep as a note",
    Act.MEANT: "This one",
    Act.ANSWER: "Answer",
    Act.WITHDRAW: "Withdraw",
    Act.WITHDRAW_UNDO: "Undo",
    Act.HELPFUL: "Helpful",
    Act.NOT_HELPFUL: "Not helpful",
    Act.RATING_COMMENT: "Add a comment",
    Act.NOT_SOLVED: "Not solved",
    Act.READ_SIMILAR: "Read",
    Act.THAT_SOLVED_IT: "That solved it",
    Act.READ_ALONG: "Watch",
    Act.STOP_READING: "Stop watching",
    Act.TAKE: "Take it",
    Act.SEEN: "Seen",
    Act.ALERT_RELEASE: "Release",
}

DOES: Mapping[Act, str] = {
    Act.START: "Start working on {ticket}",
    Act.CLAIM: "Claim {ticket}",
    Act.CLAIM_ANYWAY: "Claim {ticket} anyway",
    Act.ASSIGN: "Assign {ticket}",
    Act.REPLY: "Reply to the customer on {ticket}",
    Act.NOTE: "Add a note for the team to {ticket}",
    Act.WAIT: "Wait for the customer on {ticket}",
    Act.RESUME: "Resume work on {ticket}",
    Act.RESOLVE: "Resolve {ticket}",
    Act.REOPEN: "Reopen {ticket}",
    Act.UNDO: "Undo the last step on {ticket}",
    Act.TAKE_BACK: "Take back {ticket}",
    Act.RELEASE: "Release {ticket} to the queue",
    Act.REASSIGN: "Reassign {ticket}",
    Act.SNOOZE: "Snooze {ticket}",
    Act.WAKE: "End the snooze of {ticket}",
    Act.PRIORITY: "Change the priority of {ticket}",
    Act.CATEGORY: "Change the category of {ticket}",
    Act.TAGS: "Change the tags of {ticket}",
    Act.FIELDS: "Change the answers to the fields of {ticket}",
    Act.LINK_PROBLEM: "Link {ticket} to a problem",
    Act.MERGE: "Merge {ticket} into another",
    Act.UNMERGE: "Undo merging {ticket}",
    Act.SPLIT: "Split {ticket}",
    Act.LINK: "Link {ticket} with another",
    Act.MOVE: "Move {ticket} to another customer",
    Act.WATCH: "Say who watches {ticket}",
    Act.NOT_A_TICKET: "Put {ticket} aside as not a ticket",
    Act.ESCALATE: "Escalate {ticket}",
    Act.WHY: "Why {ticket} is where it is",
    Act.MORE: "More actions for {ticket}",
    Act.OPEN: "Open {ticket}",
    Act.READ_ALL: "Read the whole text",
    Act.PULL_BACK: "Pull back this reply",
    Act.TRY_AGAIN: "Try again to send",
    Act.KEEP_AS_NOTE: "Keep the message as a note on {ticket}",
    Act.MEANT: "The message is for {ticket}",
    Act.ANSWER: "Answer the question on {ticket}",
    Act.WITHDRAW: "Withdraw {ticket}",
    Act.WITHDRAW_UNDO: "Undo withdrawing {ticket}",
    Act.HELPFUL: "Rate the help with {ticket}: helpful",
    Act.NOT_HELPFUL: "Rate the help with {ticket}: not helpful",
    Act.RATING_COMMENT: "Add a comment to your rating of {ticket}",
    Act.NOT_SOLVED: "Say that {ticket} is not solved",
    Act.READ_SIMILAR: "Read the solution of {ticket}",
    Act.THAT_SOLVED_IT: "The solution of {ticket} solved it",
    Act.READ_ALONG: "Watch {ticket}",
    Act.STOP_READING: "Stop watching {ticket}",
    Act.TAKE: "Take the alert for {ticket}",
    Act.SEEN: "Mark the alert for {ticket} as seen",
    Act.ALERT_RELEASE: "Release the alert for {ticket}",
}
"""What each act does, about {ticket} where that is part of the sentence."""

ONE_OF_MANY, THE_ONE = "ticket {number}", "the ticket"
DOES_WITH = "{does}, {ticket}"

ACCESSIBLE = {
    act: (does if "{ticket}" in does else DOES_WITH).format(does=does, ticket=ONE_OF_MANY) for act, does in DOES.items()
}
"""What a screen reader says of each button, among those of many tickets."""

POSSIBLE_NOW = {act: does.format(ticket=THE_ONE) for act, does in DOES.items()}
"""The same where one ticket is spoken of anyway, and its number stands above."""

PAGE = "Page {page} of {pages}"

PRESS = {
    Press.NEW_TICKET: "New ticket",
    Press.HOME_REFRESH: "Refresh",
    Press.HOME_PAGE: "Next",
    Press.HOME_PAGE_BACK: "Previous",
    Press.HOME_QUEUE_PAGE: "Next",
    Press.HOME_QUEUE_PAGE_BACK: "Previous",
    Press.ALERTS_PAGE: "Next",
    Press.ALERTS_PAGE_BACK: "Previous",
    Press.READ_PAGE: "Next",
    Press.READ_PAGE_BACK: "Previous",
    Press.TAKE_NEXT: "Take next",
    Press.HAND_OVER: "Hand over",
    Press.AWAY: "Away",
    Press.BACK: "Back",
    Press.MY_WORK: "My work",
    Press.BOARD: "Board",
    Press.BOARD_REFRESH: "Refresh",
    Press.REPORT: "Report",
    Press.TEAM: "Team",
    Press.SETTINGS: "Set-up",
    Press.TEAM_EDIT: "Edit",
    Press.TEAM_PAGE: "Next",
    Press.TEAM_PAGE_BACK: "Previous",
    Press.SETTINGS_EDIT: "Edit",
    Press.SETTINGS_OPEN: "Open",
    Press.SETTINGS_ADD: "Add",
    Press.SETTINGS_PAGE: "Next",
    Press.SETTINGS_PAGE_BACK: "Previous",
    Press.SETTINGS_STEP: "Answer",
    Press.STEP_LATER: "Later",
    Press.TEST_TICKET: "Open a test ticket",
    Press.REPORT_CSV: "Send CSV",
    Press.OPEN_ALL: "Show all",
    Press.OPEN_PAGE: "Next",
    Press.OPEN_PAGE_BACK: "Previous",
    Press.TAKE_SEVERAL: "Take several",
    Press.SHOW_ALL: "Show all",
    Press.OFFER_NEW: "New ticket",
    Press.PROBLEM_NEW: "New problem",
    Press.PROBLEM_OPEN: "Open",
    Press.PROBLEMS_PAGE: "Next",
    Press.PROBLEMS_PAGE_BACK: "Previous",
    Press.PROBLEM_ANSWER: "Answer all",
    Press.PROBLEM_RESOLVE: "Resolve all",
    Press.PROBLEM_REOPEN: "Reopen",
    Press.PROBLEM_TICKETS: "Tickets",
    Press.PROBLEM_TICKETS_PAGE: "Next",
    Press.PROBLEM_TICKETS_PAGE_BACK: "Previous",
    Press.MACRO_NEW: "New macro",
    Press.MACROS_PAGE: "Next",
    Press.MACROS_PAGE_BACK: "Previous",
    Press.OFFER_DISMISS: "Not a ticket",
}

TITLE = "*#{number} {subject}*"
SPOKEN_TITLE = "#{number} {subject}"
PRIORITY_AND_CATEGORY = "{priority}, {category}"
MORE_ROWS = "and {count} more"
SOMEBODY = "An agent"
NO_TEXT = "(no text)"
CANCEL = "Cancel"
CLOSE = "Close"
SEND = "Send"
SAVE = "Save"
NO_VALUE = "-"
CHANGE = "Change"
NONE_YET = "None."

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Date tokens: what Slack fills in, and the fallback. {when} is day, month, time and the zone's name.
BY = ("by {date_short_pretty} at {time}", "by {when}")
SINCE = ("since {date_short_pretty} at {time}", "since {when}")
UNTIL = ("until {date_short_pretty} at {time}", "until {when}")
DAY_AND_TIME = ("{date_short_pretty} at {time}", "{when}")
AT = ("at {time} {date_short_pretty}", "at {when}")
AS_OF = ("as of {time}", "as of {when}")
MOMENT = ("{date_short_pretty} {time}", "{when}")
AT_SECONDS = ("at {time_secs}", "at {when}")
CLOSED_ON = ("Closed {date_short_pretty}", "Closed {when}")

DUE_NOW = "due now"
DUE_IN = "due in {duration}"
DUE = "due {by}"
OVERDUE_BY = "overdue by {duration}"
OVERDUE_SINCE = "overdue {since}"
MINUTES = "{minutes} min"
UNDER_A_MINUTE = "under 1 min"
HOURS = "{hours} h"
HOURS_MINUTES = "{hours} h {minutes} min"
DAY = ("{count} day", "{count} days")
DAYS_HOURS = "{days} {hours} h"
