"""What is said of shortcuts that agents type in the threads of a ticket."""

UNKNOWN = 'There is no shortcut "?{word}". Nothing was sent.'
NEAREST = "Did you mean ?{word}?"
LIST_THEM = "?help lists them."
NOT_NOW = "?{word} cannot be done: #{number} is {status}. Nothing was sent."
REPLY_IS_EMPTY = "Write the answer after it: ?reply which browser is it"
NO_TIME = "Write until when after it: ?snooze 2h, ?snooze 14:00, ?snooze tomorrow"
NOTE_IS_EMPTY = "Write the note after it: ?note asked the bank"
HELP = (
    "*Shortcuts in the threads of a ticket*\n"
    "`?resolve what solved it` resolve; the customer reads the text\n"
    "`?wait which browser?` wait for the customer, with a question or without\n"
    "`?reply text` send it to the customer, from the team's thread too\n"
    "`?note text` a note for the team\n"
    "`?start` begin to work on it\n"
    "`?snooze 2h` out of your list until then; also 14:00 or tomorrow\n"
    "`?undo` take back what you have just done\n"
    "`?reopen` it is not solved after all\n"
    "`?claim` take it\n"
    "`?thanks` send a macro by its short name; /helpdesk macros lists them\n"
    "`?release` back to the queue; a text after it is a note for the next\n"
    "What begins with ? and a word is never sent as it stands."
)
