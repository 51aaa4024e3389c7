"""What agents and leads read on cards, in threads and in the escalation channel."""

from bot.views.team import WhyRule
from ticketing.model import ClockKind, CloseReason

# The assignment
GOES_TO_CUSTOMER = "*Replies in this thread go to {customer}.* For the team only: Add note."
GOES_ON = "*This thread goes on in #{joined}.*"
NO_LONGER_REACHES = "*This thread no longer reaches {customer}.*"
ASSIGNED = "*Assigned to you.*"
REOPENED = "*Yours again, {ordinal} time.*"
REOPENED_OFTEN = "*Yours again, {count} times by now.*"
IN_PROGRESS = "*You are working on it.*"
WAITING_SINCE = "*Waiting for {customer}* {since}, solution clock stopped."
WAITING = "*Waiting for {customer}*, solution clock stopped."
RESOLVED = "*Resolved.*"
RESOLVED_BY = "*Resolved by {agent}.*"
HANDED_ON = "*{holder} has #{number} now.*"
RELEASED = "*Back in the queue.*"
CLOSED = "*Closed.*"
JOINED = "*Joined with #{joined}.*"
SNOOZED = "Snoozed {until}."
WOKEN = "*#{number} {subject}* is back: you wanted to see it again now."
DUE = {
    ClockKind.TIME_TO_CLAIM: "Claim due {by}.",
    ClockKind.FIRST_RESPONSE: "First answer due {by}.",
    ClockKind.NEXT_RESPONSE: "Answer due {by}.",
    ClockKind.RESOLUTION: "Solution due {by}.",
}
OVERDUE = {
    ClockKind.TIME_TO_CLAIM: "Claim overdue {since}.",
    ClockKind.FIRST_RESPONSE: "First answer overdue {since}.",
    ClockKind.NEXT_RESPONSE: "Answer overdue {since}.",
    ClockKind.RESOLUTION: "Solution overdue {since}.",
}
FACTS = "{facts}."
FACTS_ESCALATED = "{facts}, escalated."
ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}
FIRST_TICKET = "Their first ticket."
THIS_MONTH = ("{count} ticket this month.", "{count} tickets this month.")
THIS_MONTH_LAST = ("{count} ticket this month; last: {last}.", "{count} tickets this month; last: {last}.")
LAST = "Last: {last}."
LAST_TICKET = "#{number} {subject}"
LAST_TICKET_BY = "#{number} {subject} ({agent})"
WHY_YOU = "Why you: {why}."
LEVEL = "{category} level {level}"
LOAD = "{load} of {max_load} tickets"
RULE = {
    WhyRule.LEAST_LOADED: "fewest of the {candidates} who could take it",
    WhyRule.ROUND_ROBIN: "longest without a new one of the {candidates} who could take it",
    WhyRule.MOST_SKILLED: "most skilled of the {candidates} who could take it",
    WhyRule.ESCALATED: "escalated, so a senior agent first",
}
ONLY_ONE = "the only one who could take it"
AT_LEAST = "{candidates} or more"
URGENT = "urgent goes to the most skilled, full or not"
LAST_AGENT = "you had it before"
CLAIMED = "you claimed it"
BY_HAND = "{by} gave it to you"
BY_HAND_NOBODY = "it was given to you by hand"
SPOKEN_ASSIGNMENT = "#{number} {subject}: {state} {due}"

# The triage card
WAITS_SINCE = "*Waiting for an agent* {since}."
HELD = "*{agent} has it* {since}."
WORKING = "*{agent} is working on it* {since}."
PENDING = "*Waiting for {customer}* {since}. {agent} has it."
TRIAGE_RESOLVED = "*Resolved* by {agent} {at}."
TRIAGE_CLOSED = "*{closed}.*"
TRIAGE_WITHDRAWN = "*Withdrawn* by {customer}."
TRIAGE_MERGED = "*Joined with #{joined}.*"
ENDED = {CloseReason.NOT_A_TICKET: "*Put aside:* not a ticket.", CloseReason.MOVED: "*Moved* to another customer."}
ENDED_BY = {
    CloseReason.NOT_A_TICKET: "*Put aside* by {agent}: not a ticket.",
    CloseReason.MOVED: "*Moved* by {agent} to another customer.",
}
"""How the team ends a ticket that nobody solved; it can be taken back for a while."""
MOVED_BACK = "*Moved back* by {agent}."
NOBODY = "Nobody can take it: {obstacles}."
FULL = "{agent} is full"
AWAY = "{agent} is away"
GAVE_BACK = "{agent} gave it back"
AWAY_UNTIL = "{agent} is away {until}"
MORE_OBSTACLES = "{count} more are full or away"
NO_SKILL = "no agent has {category}"
GOES_OUT = "*Replies in this thread go to {customer}.* For the team only: Add note, or begin with ?note."
TEAM_ONLY = "This thread is for the team. Nothing here reaches {customer} unless you press Reply."

IS_ANSWERING = "*{agent} is writing an answer* {since}."

# Its thread, and what the other side shows
FROM = "*From {customer}*"
SENT = "*Sent to {customer}* by {author}"
NOTE = "*Note, team only*, by {author}"
RATED = {True: "*{customer} found it helpful.*", False: "*{customer} did not find it helpful.*"}
SPOKEN_POST = "#{number}: {head}. {text}"
PULLED_BACK = "Pulled back. {customer} may have seen it."
UNSENT = "Not sent to {customer} yet."

# Alerts
DUE_SOON_HEAD = "*Due soon: #{number} {subject}*"
OVERDUE_HEAD = "*Overdue {since}: #{number} {subject}*"
FOUND_LATE_HEAD = "*Overdue {since}, told {told}: we were down. #{number} {subject}*"
NOBODY_HEAD = "*Nobody can take #{number} {subject}*"
UNTOUCHED_HEAD = "*Nobody has touched #{number} {subject}* {since}."
UNASSIGNED_HEAD = "*#{number} {subject} has no agent* {since}."
PICKED_UP = "~#{number} {subject}~ *{agent} has it.*"
PICKED_UP_UNTIL = "~#{number} {subject}~ *{by} has it {until}.*"
PICKED_UP_NOBODY = "~#{number} {subject}~ *No longer so.*"
DUE_BY = "{clock} due {by}."
DUE_BY_UNDER = "{clock} due {by}, in under {minutes} min."
WAS_DUE = "{clock} was due {by}."
ABOUT = "{facts}, {customer} ({tier})."
HOLDER_NO_ANSWER = "{agent} has it {since}, no answer yet."
HOLDER_ANSWERED = "{agent} has it {since}."
HOLDER = "{agent} has it."
NO_HOLDER = "Nobody has it."
TAKEN = "*{by} has it {until}.*"
SEEN = "*{by} has seen it, {until}.*"
SETTLED = "~#{number} {subject}~ *{how}* by {by} {at}, {lateness}."
SETTLED_NOBODY = "~#{number} {subject}~ *{how}* {at}, {lateness}."
SETTLED_SHORT = "~#{number} {subject}~ *{how}* {at}."
NO_LONGER_OWED = "~#{number} {subject}~ *No longer owed.*"
HOW = {
    ClockKind.TIME_TO_CLAIM: "Claimed",
    ClockKind.FIRST_RESPONSE: "Answered",
    ClockKind.NEXT_RESPONSE: "Answered",
    ClockKind.RESOLUTION: "Resolved",
}
LATE_BY = "{duration} late"
IN_TIME = "in time"
# their lines in the thread
LINE_DUE_SOON = "#{number} is due soon: {clock} due {by}."
LINE_OVERDUE = "#{number} is overdue: {clock} was due {by}."
LINE_FOUND_LATE = "#{number} is overdue: {clock} was due {by}, told {told}: we were down."
LINE_DUE_SOON_LATE = "#{number} is due soon: {clock} due {by}, told {told}: we were down."
LINE_STEP_LATE = "{line} This step fell due {at}, told {told}: we were down."
LINE_TAKEN = "#{number}: {by} has it {until}."
LINE_SEEN = "#{number}: {by} has seen it, {until}."
LINE_LAPSED = "#{number}: {by}'s time ended {at} without an answer."
LINE_LAPSED_LATE = "#{number}: {by}'s time ended {at} without an answer, told {told}: we were down."
LINE_LAPSED_NOBODY = "#{number}: {by}'s time ended {at}, and nobody has taken it."
LINE_LAPSED_NOBODY_LATE = "#{number}: {by}'s time ended {at}, and nobody has taken it; told {told}: we were down."
LINE_LAPSED_UNTOUCHED = "#{number}: {by}'s time ended {at}, and nobody has touched it."
LINE_LAPSED_UNTOUCHED_LATE = "#{number}: {by}'s time ended {at}, and nobody has touched it; told {told}: we were down."
LINE_RELEASED = "#{number}: {by} no longer sees to it."
LINE_RELEASED_BY = "#{number}: {by} no longer sees to it; {other} released it."
LINE_REMINDED = "#{number} is still overdue: nobody has seen to it {since}."
LINE_SENIOR = "#{number} is still overdue and nobody has seen to it: it goes to the senior agents."
LINE_NO_SENIOR = (
    "#{number} is still overdue and nobody has seen to it: it goes to the senior agents, and none of them is there."
)
LINE_NAMED = "{line} {mention}"
LINE_NOBODY = "#{number}: nobody can take it."
LINE_UNTOUCHED = "#{number}: nobody has touched it {since}."
LINE_UNASSIGNED = "#{number} has no agent {since}."
LINE_STILL_NOBODY = "#{number}: still nobody can take it."
LINE_STILL_UNTOUCHED = "#{number}: still nobody has touched it {since}."
LINE_STILL_UNASSIGNED = "#{number} still has no agent {since}."
LINE_OF_STEP = "{line} Reminder {step} of {steps}."
LINE_OF_SENIOR_STEP = "{line} Reminder {step} of {steps}: it goes to the senior agents."
LINE_OF_NO_SENIOR_STEP = "{line} Reminder {step} of {steps}: it goes to the senior agents, and none of them is there."
LINE_PICKED_UP = "#{number}: {agent} has it."
LINE_REASSIGNED = "#{number}: {agent} has it now."
LINE_SETTLED = "#{number}: {how} by {by} {at}, {lateness}."
LINE_SETTLED_NOBODY = "#{number}: {how} {at}, {lateness}."
LINE_VOID = "#{number}: no longer owed."
# several at once
GROUP = ("*{count} ticket: {parts}*", "*{count} tickets: {parts}*")
GROUP_OVERDUE = "{count} overdue"
GROUP_DUE_SOON = "{count} due soon"
GROUP_WAITING = "{count} waiting for an agent"
GROUP_UNTOUCHED = "{count} untouched"
WORST_FIRST = "worst first"
GROUP_SETTLED = ("*{count} ticket: nothing is owed any more*", "*{count} tickets: nothing is owed any more*")
CALLED = "{line} {mentions}"
GROUP_LATE = "Told {told}: we were down."
GROUP_LATE_SINCE = "Due {since}, told {told}: we were down."
GROUP_CALLED = "For {mentions}."
GROUP_LINE = ("*{count} alert*, worst first", "*{count} alerts*, worst first")
ROW_NOBODY = "*Nobody can take #{number}* {subject}"
ROW_NOBODY_SEEN_TO = "*Nobody can take #{number}* {subject} {who}."
ROW_TIME_ENDED = "{who}; {by}'s time ended {at}"
ROW_UNTOUCHED = "*Untouched {since}: #{number}* {subject} {who}."
SEVERAL_TITLE = "Take several"
SEVERAL_LABEL = "Which?"
SEVERAL_HINT = "The {count} worst of {total}. The others are under Show all."
SEVERAL_OPTION = "#{number} {subject}"
SEVERAL_MISSING = "Choose at least one."
SEVERAL_NONE = "There is nothing left to take."
SEVERAL_TAKEN = "Taken: {numbers}."
SEVERAL_NOT = "Not taken: {numbers}."
SPOKEN_GROUP = "{sentence}, worst first. First: {row}"
SPOKEN_ONE = "{sentence}. {row}"
ROW_OVERDUE = "*Overdue {since}: #{number}* {subject} {who}."
ROW_DUE_SOON = "*Due {by}: #{number}* {subject} {who}."
NOBODY_HAS_IT = "Nobody has it"
ALERTS_TITLE = "Due and overdue"
# What somebody has escalated
ESCALATED_BY = "*Escalated by {by}: #{number} {subject}*"
ESCALATED_REOPENED = (
    "*Escalated, reopened {count} time: #{number} {subject}*",
    "*Escalated, reopened {count} times: #{number} {subject}*",
)
SENIORS_FIRST = "Senior agents come first."

# the board
BOARD = "*Open and late* {as_of}: {overdue} overdue, {due_soon} due within 1 h, {without} without an agent"
BOARD_ROW = "#{number} {due}. {who}."

# Several tickets began with one message
WHICH = "*Several tickets began here.* Which one is this for? Until you choose, it is on none of them."
WHICH_ROW = "*#{number}* {subject}"
