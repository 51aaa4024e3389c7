"""What macros are called, where they are chosen and where they are kept."""

from ticketing.model import TicketStatus

CHOOSE = "Macro"
CHOOSE_PLACEHOLDER = "Choose a macro"
CHOOSE_NONE = "None: only the text below"
BESIDES = "Besides: {effects}."
SETS_STATUS = {
    TicketStatus.PENDING_CUSTOMER: "waits for the customer",
    TicketStatus.RESOLVED: "resolves it",
}
SETS_PRIORITY = "priority {priority}"
SETS_TAGS = "tags {tags}"

TITLE = "Macros"
DELETED = "?{key} is deleted."
EMPTY = "There are no macros yet. One is an answer that is written once."
ROW = "*{title}* `?{key}`{whose}\n{text}"
WHOSE_SHARED = ", the team's"
EDIT = "Change"
DELETE = "Delete"
HINT = "Typed in a ticket's thread, ?{key} sends it at once."

FORM_NEW = "New macro"
FORM_CHANGE = "Change a macro"
KEY = "Short name"
KEY_HINT = "Typed as ?name in a ticket's thread: small letters, figures, - and _."
KEY_TAKEN = "?{key} is a shortcut already. Choose another name."
MACRO_TITLE = "Title"
TEXT = "Text"
TEXT_HINT = "The customer reads this. Filled in: {placeholders}."
STATUS = "What becomes of the ticket"
STATUS_PLACEHOLDER = "Choose what becomes of it"
STATUS_OPTIONS = (("-", "It stays as it is"), ("pending_customer", "Wait for the customer"), ("resolved", "Resolve"))
PRIORITY = "Priority"
PRIORITY_PLACEHOLDER = "Choose a priority"
PRIORITY_SAME = "As it is"
TAGS = "Tags"
TAGS_HINT = "Put on the ticket; separated by commas."
WHOSE = "Who uses it"
WHOSE_OPTIONS = (("own", "Only I"), ("shared", "The whole team"))
SAVE = "Save macro"
