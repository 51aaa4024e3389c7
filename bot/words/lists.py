"""What lists, App Home, help and the explanation of a deadline say."""

from bot.views.customer import CustomerState
from bot.views.lists import ListKind
from ticketing.model import ClockKind, TicketStatus

# A ticket in one line, for its customer
CUSTOMER_ROW = "*#{number} {subject}* {state}"
CUSTOMER_STATE = {
    CustomerState.WAITING: "Waiting for an agent.",
    CustomerState.HELD: "{agent} has it.",
    CustomerState.BEGUN: "{agent} is working on it.",
    CustomerState.THEIR_TURN: "Waiting for you.",
    CustomerState.RESOLVED: "Resolved by {agent}.",
    CustomerState.CLOSED: "Closed.",
    CustomerState.WITHDRAWN: "Withdrawn by you.",
    CustomerState.MERGED: "Joined with another ticket.",
}
# for a colleague of theirs
COLLEAGUE_ROW = "*#{number} {subject}* {customer}: {state}"
COLLEAGUE_STATE = {
    CustomerState.THEIR_TURN: "Waiting for {customer}.",
    CustomerState.WITHDRAWN: "Withdrawn by {customer}.",
}
LIST_OF_COLLEAGUES = "*Your colleagues' tickets*"
# and for an agent
AGENT_ROW = "*#{number}* {due}. {turn} {subject}"
AGENT_ROW_NO_DUE = "*#{number}* {turn} {subject}"
TURN = {
    TicketStatus.OPEN: "{customer} waits for an agent.",
    TicketStatus.ASSIGNED: "{customer} waits for your answer.",
    TicketStatus.IN_PROGRESS: "{customer} waits for your answer.",
    TicketStatus.PENDING_CUSTOMER: "Waiting for {customer}.",
    TicketStatus.RESOLVED: "Resolved.",
    TicketStatus.CLOSED: "Closed.",
}
TURN_ANSWERED = "{customer} has your answer and waits for the solution."
TURN_OF_ANOTHER = {
    TicketStatus.ASSIGNED: "{agent} has it.",
    TicketStatus.IN_PROGRESS: "{agent} is working on it.",
    TicketStatus.PENDING_CUSTOMER: "Waiting for {customer}. {agent} has it.",
}
QUEUE_ROW = "*#{number}* {subject} {facts}, {customer}. {due}"

LIST_HEAD = {
    ListKind.MY_TICKETS: "*Your tickets*",
    ListKind.QUEUE: "*Queue*, first to go first",
    ListKind.MINE: "*Yours*, by deadline",
    ListKind.FOUND: "*Found*, best first",
}
LIST_EMPTY = {
    ListKind.MY_TICKETS: "You have no tickets. Type /ticket to open one.",
    ListKind.QUEUE: "The queue is empty.",
    ListKind.MINE: "You have no tickets now.",
    ListKind.FOUND: "No ticket has all of these words. Try fewer, or the beginning of one.",
}
LIST_SPOKEN = {
    ListKind.MY_TICKETS: ("{count} ticket of yours. First: {first}", "{count} tickets of yours. First: {first}"),
    ListKind.QUEUE: ("{count} ticket in the queue. First: {first}", "{count} tickets in the queue. First: {first}"),
    ListKind.FOUND: ("{count} ticket found. First: {first}", "{count} tickets found. First: {first}"),
    ListKind.MINE: ("{count} ticket with you. First: {first}", "{count} tickets with you. First: {first}"),
}

# Help
TICKET_HELP_HEAD = "*What /ticket can do*"
TICKET_HELP = (
    ("/ticket", "open a ticket"),
    ("/ticket what is wrong", "open a ticket with the text filled in"),
    ("/ticket list", "your tickets; list 2 for the next ones"),
    ("/ticket 42", "one ticket"),
    ("/ticket help", "this list"),
)
TICKET_HELP_FOOT = "On a ticket: write in its thread under Messages and it reaches us."
HELPDESK_HELP_HEAD = "*What /helpdesk can do*"
HELPDESK_HELP = (
    ("/helpdesk queue", "what waits for an agent"),
    ("/helpdesk mine", "your tickets by deadline"),
    ("/helpdesk day", "what is due today, waiting for you, late"),
    ("/helpdesk search words", "tickets in which they stand; tag:vpn for a tag"),
    ("/helpdesk 42", "one ticket"),
    ("/helpdesk 42 why", "how its deadlines were counted"),
    ("/helpdesk problem", "one cause, many tickets; with a title, a new one"),
    ("/helpdesk macros", "canned answers: yours and the team's"),
    ("/helpdesk away", "no new tickets for you; with a time, until then: away 14:00, away 2h"),
    ("/helpdesk back", "new tickets for you again"),
    ("/helpdesk team", "for leads: who answers what, roles, shifts, customers' tiers"),
    ("/helpdesk settings", "for admins: categories, promises, hours, channels"),
    ("/helpdesk report 30d", "figures with a picture, for leads; also 7d or 2026-11-01..2026-11-15"),
    ("/helpdesk export 30d", "the same tickets as a CSV file, for leads"),
    ("/helpdesk help", "this list"),
)
HELPDESK_HELP_FOOT = (
    "Replies go out in the thread under your assignment. A card in the triage channel says where its thread goes."
)
HELP_ROW = "`{command}` {what}"
AWAY_SET = "You are away. No new tickets come to you until /helpdesk back."
AWAY_WRONG = "Write until when as 14:00 or 2h, or nothing at all."
SEARCH_WHAT = "Write what to look for: /helpdesk search invoice blank"
AWAY_UNTIL_SET = "You are away {until}. No new tickets come to you until then."
BACK_SET = "You are back: {load} of {max_load} tickets."

# App Home
HOME_HEAD = "*Your tickets*"
HOME_EMPTY = "You have no tickets. When something is wrong, open one: we answer in Messages."
HOME_GROUP_THEIR_TURN = "*Waiting for you*"
HOME_GROUP_WITH_US = "*With us*"
HOME_GROUP_RESOLVED = "*Resolved*"
HOME_COUNTS = "*{due_today} due today, {waiting} waiting for you, {overdue} overdue.*"
HOME_MINE = "*Mine by deadline*"
HOME_MINE_EMPTY = "No tickets are with you."
HOME_SNOOZED = "Snoozed: {count}."
LIST_NEXT = "Next: /ticket list {page}"
QUEUE_NEXT = "Next: /helpdesk queue {page}"
HOME_OWN = "*Your own tickets*"
HOME_OWN_NONE = "*Your own tickets*: none."
HOME_QUEUE = "*Queue*: {count}"
HOME_QUEUE_EMPTY = "*Queue*: nothing waits."
AVAILABLE = "Available, {load} of {max_load}."
AVAILABLE_UNTIL = "Available, {load} of {max_load}, shift {until}."
AWAY = "Away, {load} of {max_load}."
AWAY_UNTIL = "Away {until}, {load} of {max_load}."
OWN_SOLVED = "Your last 7 days: {solved} resolved"
OWN_FIRST = "first answers met {share}"
OWN_SOLUTIONS = "solutions met {share}"
OWN_HELPFUL = "rated helpful {share}"

# /helpdesk 42 why
CLOCK = {
    ClockKind.TIME_TO_CLAIM: "claim",
    ClockKind.FIRST_RESPONSE: "first answer",
    ClockKind.NEXT_RESPONSE: "answer",
    ClockKind.RESOLUTION: "solution",
}
WHY_HEAD = "#{number} {clock}: {due}, {outcome}. Times: {zone}"
WHY_DUE = "due {when}"
WHY_PAUSED = "paused"
WHY_MET = "met with {duration} to spare"
WHY_BREACHED = "{duration} late"
WHY_VOID = "no longer owed"
WHY_RUNNING = "{duration} left"
WHY_OVERDUE = "overdue by {duration}"
WHY_TARGET = ("Target", "{target}  {tier}, {priority}; policy {version} of {date}")
WHY_CALENDAR = ("Calendar", "{calendar}")
WHY_COUNTED = "Counted"
WHY_PAUSE = "Paused"
WHY_WAITING_FOR = "waiting for {customer}"
WHY_SUM = "Sum"
WHY_DAYS = ("{count} day", "{count} days")
WHY_MORE = ("{count} more stretch", "{count} more stretches")
WHY_SPOKEN = "#{number} {clock}: {due}, {outcome}. The sum stands below."
