"""What customers read."""

from bot.views.customer import OfferState
from ticketing.model import CloseReason, Priority

# The form
NEW_TICKET = "New ticket"
ON_BEHALF = "On behalf of {customer}."
FOR_WHOM = "Customer"
FOR_WHOM_HINT = "Only if it is not your own: they are told, and it is their ticket."
FOR_WHOM_PLACEHOLDER = "Choose a person"
SUBJECT = "Subject"
SUBJECT_HINT = "In one line."
SUBJECT_MISSING = "Write one line, so that we find it again."
DESCRIPTION = "Description"
DESCRIPTION_HINT = "What happened? Add files in the thread afterwards."
CATEGORY = "Category"
CATEGORY_PLACEHOLDER = "Choose a category"
CATEGORY_MISSING = "Choose a category, so that the right people see it."
PRIORITY = "Priority"
PRIORITY_PLACEHOLDER = "Choose a priority"
PRIORITY_OPTION = {
    Priority.LOW: "Low: when you can",
    Priority.MEDIUM: "Medium: my usual work",
    Priority.HIGH: "High: I am blocked",
    Priority.URGENT: "Urgent: many are blocked",
}
FIELD_PLACEHOLDER = "Choose: {label}"
FIELD_MISSING = "Fill in {label}, so that we need not ask."
SIMILAR = "Solved before. Does one of these help?"
SIMILAR_TITLE = "Solved before"
THAT_SOLVED_IT = "Good. No ticket was opened."
PROMISE = "You will have an answer {by}."
PROMISE_LATER = "We are back {back}. You will have an answer by {by}."
TODAY_AT = "today at {time}"
TOMORROW_AT = "tomorrow at {time}"
WEEKDAY_AT = "{weekday} at {time}"
ON_WEEKDAY_AT = "on {weekday} at {time}"
DATE_AT = "{date} at {time}"
ON_DATE_AT = "on {date} at {time}"

FROM_MESSAGE = "From {link}"
IS_OPEN = "#{number} is open already."
WAS_OPENED = "#{number} was opened from this message already."
NOTHING_ADDED = "Nothing was added to it."

# The receipt
PROMISE_TO = "{customer} will have an answer {by}."
PROMISE_TO_LATER = "We are back {back}. {customer} will have an answer by {by}."
RECEIPT_ON_BEHALF = "It is {customer}'s, who reads it under Messages."
RECEIPT_IN_THREAD = "It goes on in the thread of your message, where others can read it."
RECEIPT_IN_THEIR_THREAD = "It is {customer}'s, and goes on in the thread of the message, where others can read it."
RECEIPT = "*We have it: ticket #{number}.*"
RECEIPT_THREAD = "Its thread is under Messages."
RECEIPT_LINK = "Its thread is under Messages: <{link}|open it>."

# The card
WAITING = "*Waiting for an agent.*"
HELD = "*{agent} has it.*"
BEGUN = "*{agent} is working on it.*"
THEIR_TURN = "*Waiting for you.*"
ASKS = "{agent} asks:"
RESOLVED = "*Resolved* by {agent}."
RESOLVED_HOW = "*Resolved* by {agent}:"
CLOSED = "*{closed}.* Write here and we open a new ticket linked to #{number}."
CLOSED_BECAUSE = {
    CloseReason.NOT_A_TICKET: "*{closed}:* put aside as no ticket. Write here and we open a new ticket linked to #{number}.",
    CloseReason.MOVED: "*{closed}:* moved to another customer. Write here and we open a new ticket linked to #{number}.",
}
CLOSED_PLAIN = "Closed"
WITHDRAWN = "*Withdrawn by you.*"
MERGED = "*Joined with #{joined}:* write there."
MERGED_PLAIN = "*Joined with another ticket.*"
ANSWER_BY = "An answer {by}."
RATED = {True: "You said: helpful. Thank you.", False: "You said: not helpful. Thank you for telling us."}
REACHES_US = "{facts}. Write in this thread and it reaches us."
OPENED_FOR_YOU = "{agent} opened this for you."
EVERYONE_READS = "Everyone here can read this."
WITHDRAW_TITLE = "Withdraw #{number}?"
WITHDRAW_TEXT = "We stop working on it. You can undo this for a while."
WITHDRAW_KEEP = "Keep it"

# Its thread
REPLY = "*{author}:* "
YOU = "You"
SPOKEN_REPLY = "#{number}, {author}: {text}"
QUESTION = "*{author} asks:*"
SPOKEN_QUESTION = "#{number}, {author} asks you: {text}"
RESOLVED_POST = "*Resolved* by {author}:"
SPOKEN_RESOLVED = "#{number} is resolved by {author}. {text}"
REOPENED = "Reopened. What is still wrong?"
SPOKEN_REOPENED = "#{number} is reopened. What is still wrong?"
CLOSES_IN = (
    "#{number} closes in {count} day. Write here if it is not solved.",
    "#{number} closes in {count} days. Write here if it is not solved.",
)
LATE = "We promised an answer {by} and are late. Sorry. {agent} has it and their lead knows."
LATE_UNHELD = "We promised an answer {by} and are late. Sorry. Our lead knows."
SPOKEN_LATE = "#{number}: {sentence}"
THANKS = "You are welcome. #{number} stays resolved."
SPOKEN_THANKS = "#{number} stays resolved. You are welcome."
CLOSED_FOLLOW_UP = "#{number} is closed. Your message opened #{follow_up}, linked to it."

# A message outside any thread
OFFER = "*This has not reached anyone yet.* Where does it belong?"
OFFER_ADD = "Add to #{number}"
OFFER_ADD_LABEL = "Add this message to ticket {number}"
OFFER_OTHER = "#{number} {subject}"
OFFER_ANOTHER = "Another ticket"
OFFER_FORM = "Add to a ticket"
OFFER_FORM_LABEL = "Ticket"
OFFER_FORM_PLACEHOLDER = "Choose a ticket"
OFFER_FORM_HINT = "A closed one stays closed: your message opens another, linked to it."
OFFER_FORM_SUBMIT = "Add"
OFFER_CLOSED = "#{number} (closed) {subject}"
OFFER_DISMISSED = "That is no ticket, and nobody was told."
OFFER_BEING_PLACED = "One moment. If nothing changes here, choose again."
OFFER_NO_TICKETS = "You have no tickets."
OFFER_CHOICE_MISSING = "Choose one of your tickets."
OFFER_ADDED = "Added to #{number}."
OFFER_REOPENED = "Added to #{number}, which is open again."
OFFER_OPENED = "Ticket #{number}. An answer {by}."
OFFER_OPENED_LATER = "Ticket #{number}. {promise}"
OFFER_OPENED_PLAIN = "Ticket #{number}."
OFFER_UNNAMED = {
    OfferState.ADDED: "Added.",
    OfferState.REOPENED: "Added. The ticket is open again.",
    OfferState.OPENED: "It is a ticket now, and goes on under Messages.",
}
SPOKEN_OFFER = "This has not reached anyone yet. Where does it belong: {choices}?"
OFFER_CHOICE_ADD = "#{number}, a new ticket or nowhere"
OFFER_CHOICE_ANY = "a new ticket, a ticket of yours or nowhere"
OFFER_CHOICE_NEW = "a new ticket or nowhere"
