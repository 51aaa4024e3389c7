"""What is said when something cannot be done, or failed."""

NOT_SAVED_FORM = "Not saved: the database does not answer. Your text is still here; press Send again in a minute."
TEXT_IS_HERE = "{sentence} Your text is still here."
NOT_SAVED = "Not saved. Press again in a minute."
NOT_SAVED_COMMAND = "Not saved: the database does not answer. Try again in a minute."
NO_TICKET = "There is no ticket #{number} that you can see."
ONLY_AGENTS = "Only agents can {act}."
ONLY_ROLE = "Only {needed}s can {act}."
LEAD_CAN = "{lead} can make you one."
OWN_TICKET = "This is your own ticket. Another agent has to take it."
JUST_BEFORE = "{holder} claimed #{number} {at}, just before you."
HELD_SINCE = "{holder} has held #{number} {since}."
HELD = "{holder} holds #{number}."
SOMEBODY = "Another agent"
NEXT_IN_QUEUE = "Next in the queue: #{number}."
STALE = "{who} {did} #{number} {at}. Your press changed nothing; the card is now up to date."
STALE_GIVEN = "{who} gave #{number} to {agent} {at}. Your press changed nothing; the card is now up to date."
STALE_STATUS = "#{number} is {status} by now. Your press changed nothing; the card is now up to date."
DID = {
    "assigned": "took",
    "started": "started",
    "waits": "asked a question on",
    "answered": "answered on",
    "resolved": "resolved",
    "reopened": "reopened",
    "released": "released",
    "withdrawn": "withdrew",
    "put_aside": "put aside",
    "moved": "moved",
    "changed": "changed",
}
FULL = "You hold {load} of {max_load} tickets."
FULL_OTHER = "{agent} holds {load} of {max_load} tickets."
HOLDS_NOW = "{holder} holds #{number} now. Your press changed nothing."
NOBODY_HOLDS = "Nobody holds #{number} now. Your press changed nothing."
NOT_SENT = "{holder} holds #{number} now. Your message was not sent."
NOT_SENT_NOBODY = "Nobody holds #{number} now. Your message was not sent."
NOT_DELIVERED = "Not delivered: {customer}'s account is deactivated. Your reply is kept on #{number}."
TRIED_AGAIN = "It is being sent again."
SLOW = "Slack is slow. Your reply is saved and goes out by itself."
UNKNOWN_COMMAND = '"{word}" is not a command.'
DID_YOU_MEAN = "Did you mean {command}?"
TRY_HELP = "{command} help lists them."
TOO_LATE = "Too late to undo: {why}."
WRITE_HERE = "Write here and we open a new one."
HAS_WRITTEN = "{customer} has written since"
UNKNOWN_PERSON = "That person is not known here."
FAILED = "This failed on our side; nothing was changed. Tell {lead}: reference {reference}."
FAILED_NO_LEAD = "This failed on our side; nothing was changed. Reference {reference}."
SAVED_ELSEWHERE = "Another process has taken this over. Nothing was changed."
