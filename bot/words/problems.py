"""What problems are called: one cause behind the tickets of many customers."""

from bot.views.problems import Left

NAMED = "Problem {id}: {title}"
HEAD = "*Problem {id}: {title}*"
OPEN = "*Open.* {tickets}. {owner} looks for the cause."
RESOLVED = "*Resolved* {at}. {tickets}."
RESOLVED_PLAIN = "*Resolved.* {tickets}."
TICKETS = ("{count} ticket", "{count} tickets")
ANSWERING = "Answering: {done} of {total} so far, by {by}."
ANSWERED = "*Answered {done} of {total}* by {by}."
RESOLVING = "Resolving: {done} of {total} so far, by {by}."
ALL_RESOLVED = "*Resolved {done} of {total}* by {by}."
LEFT_ALONE = "Left alone: {left}."
LEFT = {
    Left.RESOLVED: ("{count} resolved before", "{count} resolved before"),
    Left.CLOSED: ("{count} closed before", "{count} closed before"),
    Left.MERGED: ("{count} merged before", "{count} merged before"),
    Left.REFUSED: ("{count} not for {by} to touch", "{count} not for {by} to touch"),
    Left.FAILED: ("{count} could not be changed", "{count} could not be changed"),
}
WHY_LEFT = {
    Left.RESOLVED: "Resolved before.",
    Left.CLOSED: "Closed before.",
    Left.MERGED: "Merged before.",
    Left.REFUSED: "Not for whoever pressed: their own, private, or nobody could hold it.",
    Left.FAILED: "Could not be changed: the log of the helpdesk says why.",
}
TEAM_ONLY = (
    "This thread is for the team. What Answer all and Resolve all send goes to every customer, in their own ticket."
)
TICKETS_TITLE = "Problem {id}"
TICKETS_NONE = "No tickets are linked to it. On a ticket: More actions, Link to a problem."
TICKETS_HIDDEN = ("and {count} more of a private category", "and {count} more of private categories")
LEFT_NONE = "None was left alone."

LIST_TITLE = "Problems"
LIST_EMPTY = "There are no problems. One is a cause that many tickets have in common."
ROW = "*{id} {title}* {tickets}. {state}"
ROW_OPEN = "{owner} looks for the cause."
ROW_RESOLVED = "Resolved."

NEW_TITLE = "New problem"
RENAME_TITLE = "Rename problem {id}"
TITLE = "Title"
TITLE_HINT = "In one line, for the team: customers never see it."
SAVE = "Save problem"

ANSWER_TITLE = "Answer all: {id}"
ANSWER_LABEL = "Reply to all"
ANSWER_HINT = (
    "The customer of {count} ticket reads this, in their own ticket.",
    "The customers of {count} tickets read this, each in their own ticket.",
)
ANSWER_SUBMIT = "Send to all"
RESOLVE_TITLE = "Resolve all: {id}"
RESOLVE_LABEL = "What solved it?"
RESOLVE_HINT = (
    "The customer of {count} ticket reads this, and it is resolved.",
    "The customers of {count} tickets read this, and all are resolved.",
)
RESOLVE_SUBMIT = "Resolve all"

LINK_TITLE = "Problem of #{number}"
LINK_LABEL = "Problem"
LINK_PLACEHOLDER = "Choose a problem"
LINK_NONE = "None"
LINK_NEW = "Or a new one"
LINK_NEW_HINT = "In one line, for the team: customers never see it."
LINK_SUBMIT = "Save"
LINK_OPTION = "{id} {title}"

REOPENED_NOW = "{title} is open again."
OWNED_NOW = "You look for the cause of {title}."
MENU = {"rename": "Rename", "own": "Look for the cause", "left": "What was left alone"}
