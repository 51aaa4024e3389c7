"""What listeners answer by themselves: short private sentences that no card carries."""

from bot.actions import Act

NOT_POSSIBLE_YET = "This cannot be done with #{number} now."
NOT_POSSIBLE_HERE = "This cannot be done here yet."
QUEUE_EMPTY_FOR_YOU = "Nothing waits that you could take."
NOTHING_PROMISED = "#{number} has no deadline: nothing was promised for it."
ONE_MOMENT = "One moment."
SLACK_SILENT = "Slack does not answer. Nothing was changed; press again in a minute."
SLACK_SILENT_FORM = "Slack does not answer. Your text is still here; press Send again in a minute."
NOT_FILLED = "Slack does not answer. Close this and press again in a minute."
NOT_OPENED = "Slack did not open the form in time. Press again."
NOT_OPENED_COMMAND = "Slack did not open the form in time. Type it again: {line}"
TOOK = "You have #{number} now."
DONE_NOW = {
    Act.CLAIM: TOOK,
    Act.CLAIM_ANYWAY: TOOK,
    Act.START: "You are working on #{number}.",
    Act.RESUME: "You are working on #{number}: its clock runs again.",
    Act.REOPEN: "#{number} is reopened.",
    Act.WAKE: "#{number} is in your list again.",
    Act.UNDO: "#{number} is as it was before.",
    Act.UNMERGE: "#{number} stands by itself again.",
    Act.NOT_A_TICKET: "#{number} is put aside.",
    Act.ESCALATE: "#{number} is escalated: senior agents come first, and the leads read of it.",
    Act.READ_ALONG: "You watch #{number}. What is said on it comes in your messages.",
    Act.STOP_READING: "You watch #{number} no more.",
}
DONE_ELSE = "Done with #{number}."
PUT_OFF = "It stands under Set-up and can be done there at any time."
BACK_NOW = "You are back: new tickets come to you again."
OTHER_ORGANIZATION = "Only people of the workspace that runs this helpdesk can do this."
ONLY_PEOPLE = "Only people can do this."
NOT_AN_ANSWER = "That is not an answer of yours that went out to a customer."
ONLY_ITS_AUTHOR = "Only {author}, who wrote it, or a lead can pull it back."
KEPT_AS_NOTE = "Kept as a note on #{number}."
A_FILE = "{name}: {link}"
OFFER_OF_ANOTHER = "Only {author} can choose here."
MEANT_BEFORE = "It is on #{number} already."
MEANT_NOW = "Taken for #{number}."
MESSAGE_GONE = "That message is gone. Write it again."
UNKNOWN_COMMAND = "The app does not know this command."

# Why, in up to six lines
WHY_LATE = "#{number} was late: {passed} passed before anyone could take it."
WHY_LATE_OTHER = "{what} of #{number} was late: {passed} passed before anyone could take it."
WHY_LATE_HELD = "{what} of #{number} was late: it was promised within {target}."
WHY_WAITS = "#{number} is late: it has waited {waited} for somebody who can take it; {target} was promised."
WHY_WAITS_OTHER = (
    "{what} of #{number} is late: it has waited {waited} for somebody who can take it; {target} was promised."
)
WHY_KEPT = "{what} of #{number} was promised within {target}."
WHY_PASSED_MINUTES = "{passed} of {target} min"
WHY_PASSED = "{passed} of {target}"
WHY_WHAT = {
    "time_to_claim": "The claim",
    "first_response": "The first answer",
    "next_response": "The next answer",
    "resolution": "The solution",
}
WHY_DID = {
    "time_to_claim": "took it",
    "first_response": "answered",
    "next_response": "answered",
    "resolution": "resolved it",
}
WHY_QUEUED = "{begun} until {until}{shortage}."
WHY_QUEUED_STILL = "{begun} for {took} so far{shortage}."
WHY_QUEUE_FIRST = "{at} opened; in the queue"
WHY_QUEUE_AGAIN = "{at} back in the queue"
WHY_NO_SKILL = ": nobody can answer {category}"
WHY_NOBODY_THERE = ": nobody with {category} was there"
WHY_BACK = " ({agent} from {at})"
WHY_ALL_FULL = ": everybody with {category} was full"
WHY_NO_MEMBER = ": nobody who may see it was free"
WHY_TOOK = "{line} It took {took} there."
WHY_WITH = "With {agent} {since}."
WHY_CUSTOMER = "Waiting for {customer} {since}: {took}, not counted."
WHY_DUE = "Due {at}."
WHY_DUE_NOW_LATE = "Due {at}, {late} ago; still owed."
WHY_ENDED_LATE = "{due} due. {at} {agent} {did}, {late} late."
WHY_ENDED = "{due} due. {at} {agent} {did}, with {spare} to spare."
WHY_PAUSED = "Not due while it waits for {customer}."
WHY_THE_TEAM = "the team"
WHY_OPENED = "Opened {at}."
WHY_UNTOUCHED = "Nobody has touched it {since}."
WHY_TAKEN = "{by} has it {until}."
WHY_SEEN = "{by} has seen it, {until}."
WHY_BY_HAND = "{at} given to {agent} by {by}."
WHY_CLAIMED = "{at} claimed by {agent}."
WHY_STRATEGY = "{at} assigned to {agent} ({load} of {max_load}): {category} level {level}; {candidates} could take it."
WHY_URGENT = "{at} assigned to {agent}: urgent, so the most skilled who is there ({category} level {level})."
WHY_SENIOR = "{at} assigned to {agent}: it has escalated, so senior agents come first."
WHY_LAST_AGENT = "{at} back to {agent}, who had it before."
WHY_ASSIGNED = "{at} assigned."

FOR_WHOM_WRONG = "Choose a person of this workspace; an app has no tickets."
FOR_WHOM_NOT_SAID = "Slack does not say who that is. Send it again in a minute."
