"""What modals say."""

from bot.actions import Form

TITLE = {
    Form.REPLY: "Reply on #{number}",
    Form.NOTE: "Note on #{number}",
    Form.RESOLVE: "Resolve #{number}",
    Form.WAIT: "Ask on #{number}",
    Form.ANSWER: "Answer on #{number}",
}
LABEL = {
    Form.REPLY: "Reply",
    Form.NOTE: "Note",
    Form.RESOLVE: "What solved it?",
    Form.WAIT: "What do you need to know?",
    Form.ANSWER: "Your answer",
}
HINT = {
    Form.REPLY: "{customer} will read this.",
    Form.NOTE: "Only the team reads this.",
    Form.RESOLVE: "{customer} reads this.",
    Form.WAIT: "{customer} will read this. The solution clock stops until they answer.",
    Form.ANSWER: "It reaches whoever works on your ticket.",
}
SUBMIT = {
    Form.REPLY: "Send to customer",
    Form.NOTE: "Save note",
    Form.RESOLVE: "Resolve",
    Form.WAIT: "Send to customer",
    Form.ANSWER: "Send",
}
IS_ANSWERING = "*{agent} is writing an answer too* {since}."
HAS_ANSWERED = "*{agent} has answered* {at}:"
SHARE_LABEL = "Share the answer"
SHARE_OPTION = "Others with the same question may read this answer"
SHARE_HINT = "They see the subject and the answer, and no names."
MISSING = {
    Form.REPLY: "Write what the customer should read.",
    Form.NOTE: "Write what the team should know.",
    Form.RESOLVE: "Write what solved it, in a line or two.",
    Form.WAIT: "Write what you need to know.",
    Form.ANSWER: "Write your answer.",
}
ABOUT = "#{number} {subject}"

RATING_TITLE = "Comment on #{number}"
RATING_ANSWER = "Was it helpful?"
RATING_ANSWERS = (("yes", "Helpful"), ("no", "Not helpful"))
RATING_COMMENT = "What should we know?"
RATING_HINT = "It goes with your rating, to the team."

ASSIGN_TITLE = "Assign #{number}"
REASSIGN_TITLE = "Reassign #{number}"
ASSIGN_LABEL = "Agent"
ASSIGN_PLACEHOLDER = "Choose an agent"
ASSIGN_OPTION = "{agent}, {load} of {max_load}"
ASSIGN_OPTION_AWAY = "{agent}, {load} of {max_load}, away"
ASSIGN_FITS = "Can take it"
ASSIGN_OTHERS = "Full, away or without the skill"
ASSIGN_SUBMIT = "Assign"
ASSIGN_NOTE = "Note for them"
ASSIGN_NOTE_HINT = "Only the team reads this."
ASSIGN_HOLDER = "{holder} has it now."
ASSIGN_NOBODY = "There is no agent to give it to."
ASSIGN_MISSING = "Choose an agent."
ASSIGN_NO_AGENT = "{name} is not an agent. Choose somebody else."
ASSIGN_OWN = "It is {name}'s own ticket. Choose somebody else."

RELEASE_TITLE = "Release #{number}"
RELEASE_TEXT = "It goes back to the queue and keeps its place by age."
RELEASE_NOTE = "Note for whoever takes it"
RELEASE_SUBMIT = "Release"

TAKE_TITLE = "Take #{number}"
SEEN_TITLE = "Seen: #{number}"
TAKE_TEXT = "You will have it. If there is no answer by then, the alert comes back."
SEEN_TEXT = "{holder} keeps it. If there is no answer by then, the alert comes back."
SEEN_TEXT_NOBODY = "Nobody has it yet. If there is no answer by then, the alert comes back."
TAKE_FROM = "*{by} has it {until}.* Take it from {by}? We tell {by}."
SEE_INSTEAD = "*{by} has it {until}.* See to it instead of {by}? We tell {by}."
TAKE_LABEL = "Until when?"
TAKE_OPTIONS = (("15", "15 min"), ("30", "30 min"), ("60", "1 h"), ("time", "A time"))
TAKE_TIME = "Time"
TAKE_TIME_HINT = "Only if you chose A time."
TAKE_TIME_MISSING = "Choose the time."
TAKE_SUBMIT = "Take it"
SEEN_SUBMIT = "Seen"

CHOICE_TITLE = {
    Form.PRIORITY: "Priority of #{number}",
    Form.CATEGORY: "Category of #{number}",
    Form.SNOOZE: "Snooze #{number}",
}
CHOICE_LABEL = {
    Form.PRIORITY: "Priority",
    Form.CATEGORY: "Category",
    Form.SNOOZE: "Show it again",
}
CHOICE_HINT = {
    Form.PRIORITY: "Deadlines are counted anew from when it was opened; what was paused stays paused.",
    Form.CATEGORY: "It shows in that category's channel from now on; deadlines are counted anew.",
    Form.SNOOZE: "It is only out of your list: no clock stops.",
}
CHOICE_SUBMIT = {
    Form.PRIORITY: "Change priority",
    Form.CATEGORY: "Change category",
    Form.SNOOZE: "Snooze",
}
CHOICE_PLACEHOLDER = {
    Form.PRIORITY: "Choose a priority",
    Form.CATEGORY: "Choose a category",
    Form.SNOOZE: "Choose when",
}
CHOICE_MISSING = "Choose one of these."
CHOICE_NONE = "There is nothing else to choose."
SNOOZE_IN = {1: "In 1 h", 3: "In 3 h"}
SNOOZE_TOMORROW = "Tomorrow at 9:00"
SNOOZE_MONDAY = "On Monday at 9:00"

READ_TITLE = "#{number}"
READ_HEAD = "*{author}* {at}"
READ_HEAD_PLAIN = "*{author}*"

MORE_TITLE = "More actions: #{number}"
MORE_NONE = "Nothing more can be done with it now."

WHY_TITLE = "Why: #{number}"
PLAIN_TITLE = "Helpdesk"
