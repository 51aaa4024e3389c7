"""What listeners answer by themselves: short private sentences that no card carries."""

NOT_POSSIBLE_YET = "This cannot be done with #{number} now."
NOT_POSSIBLE_HERE = "This cannot be done here yet."
QUEUE_EMPTY_FOR_YOU = "Nothing waits that you could take."
NOTHING_PROMISED = "#{number} has no deadline: nothing was promised for it."
NOT_OPENED = "Slack did not open the form in time. Press again."
OTHER_ORGANIZATION = "Only people of the workspace that runs this helpdesk can do this."
ONLY_PEOPLE = "Only people can do this."
MESSAGE_GONE = "That message is gone. Write it again."
UNKNOWN_COMMAND = "The app does not know this command."

# Why, in up to six lines
WHY_OPENED = "Opened {at}."
WHY_NOBODY = "In the queue {since}: nobody with {category} is free."
WHY_BY_HAND = "Given to {agent} by {by} {at}."
WHY_CLAIMED = "Claimed by {agent} {at}."
WHY_STRATEGY = (
    "Assigned to {agent} {at}: {category} level {level}, {load} of {max_load} tickets; {candidates} could take it."
)
WHY_URGENT = "Assigned to {agent} {at}: urgent, so the most skilled who is there ({category} level {level})."
WHY_SENIOR = "Assigned to {agent} {at}: it has escalated, so senior agents come first."
WHY_LAST_AGENT = "Back to {agent} {at}, who had it before."
WHY_ASSIGNED = "Assigned {at}."
WHY_ANSWERED = "First answer {at}."
WHY_DUE = "First answer due {by}."
WHY_RESOLVED = "Resolved {at}."
