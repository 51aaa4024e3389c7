"""What an agent reads at the beginning and at the end of a shift, and when they go away."""

from ticketing.model import TicketStatus

# My day
COUNTS = "*{due_today} due today, {waiting} waiting for you, {overdue} overdue.*"
NOTHING = "*Nothing is with you.*"
QUEUED = ("{count} ticket waits in the queue.", "{count} tickets wait in the queue.")
ROW = "*#{number}* {due}. {turn} {subject}"
ROW_NO_DUE = "*#{number}* {turn} {subject}"
DUE = "due {by}"
OVERDUE = "overdue {since}"
SPOKEN = "My day: {counts} First: {first}"
SPOKEN_NOTHING = "My day: nothing is with you. {queued}"

# Hand over
TITLE = "Hand over"
LEAD_IN = "Each goes to an agent, to the queue, or stays with you."
NOTHING_TO_HAND_OVER = "Nothing is with you."
ROW_LABEL = "#{number} {subject}"
ROW_HINT = "{due}. {turn}"
ROW_HINT_NO_DUE = "{turn}"
TURN = {
    TicketStatus.ASSIGNED: "{customer} waits for your answer.",
    TicketStatus.IN_PROGRESS: "{customer} waits for your answer.",
    TicketStatus.PENDING_CUSTOMER: "Waiting for {customer}.",
}
TURN_ANSWERED = "{customer} has your answer and waits for the solution."
TO_AGENT = "To {agent}, {load} of {max_load}"
TO_AGENT_AWAY = "To {agent}, {load} of {max_load}, away"
TO_QUEUE = "To the queue"
KEEP = "Keep it"
CHOOSE = "Choose where it goes"
MORE = "and {count} more stay with you; hand over again for those."
AWAY_AFTER = "And then"
AWAY_AFTER_OPTION = "Set me away until I am back"
SUBMIT = "Hand over"
DONE = "*Handed over.*"
GIVEN = "To {agent}: {numbers}."
QUEUE = "To the queue: {numbers}."
KEPT = "Still yours: {numbers}."
REFUSED = "Still yours, because who was to get it cannot have it: {numbers}."
GONE = "No longer yours before that: {numbers}."
PENDING = "On its way: {numbers}. You are told when it is done."
NOTHING_DONE = "Nothing was handed over."
AWAY_NOW = "You are away: no new tickets come to you until you press Back."

# Away
AWAY_TITLE = "Away"
AWAY_TEXT = "No new tickets come to you until then. What you hold stays with you."
AWAY_LABEL = "Until when?"
AWAY_BACK, AWAY_TOMORROW, AWAY_TIME = "back", "tomorrow", "time"
AWAY_OPTIONS = (
    (AWAY_BACK, "Until I am back"),
    ("60", "1 h"),
    ("120", "2 h"),
    (AWAY_TOMORROW, "Tomorrow at 9:00"),
    (AWAY_TIME, "A time"),
)
AWAY_TIME_LABEL = "Time"
AWAY_TIME_HINT = "Only if you chose A time."
AWAY_TIME_MISSING = "Choose the time."
AWAY_SUBMIT = "Set away"
