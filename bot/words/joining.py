"""What forms and posts say of tickets that hang together: merged, split, linked, moved, watched."""

from ticketing.model import TicketStatus

MERGE_TITLE = "Merge #{number}"
MERGE_LABEL = "Join it with"
MERGE_PLACEHOLDER = "Choose a ticket"
MERGE_HINT = "It closes. What was said on it is read there, and what comes later is said there."
MERGE_SUBMIT = "Merge"
MERGE_NONE = "{customer} has no other open ticket."
MERGE_MISSING = "Choose a ticket."
OTHER = "#{number} {subject}"

SPLIT_TITLE = "Split #{number}"
SPLIT_SUBJECT = "Subject of the new ticket"
SPLIT_SUBJECT_HINT = "In one line. The customer reads it."
SPLIT_LABEL = "What it is about"
SPLIT_PLACEHOLDER = "Choose what was said"
SPLIT_HINT = "It is copied to the new ticket and stays here as well. Notes stay for the team."
SPLIT_SUBMIT = "Split"
SPLIT_NONE = "Nothing was said on it yet that could be split off."
SPLIT_MISSING = "Choose what the new ticket is about."
SPLIT_DONE = "*#{new}* is about the rest of #{number}."
SAID = "{author}: {text}"
NOTED = "Note, {author}: {text}"

LINK_TITLE = "Link #{number}"
LINK_LABEL = "Link it with"
LINK_HINT = "A ticket's number, such as #40. Only the team sees links."
LINK_SUBMIT = "Save"
LINK_MISSING = "Write the number of a ticket."
LINK_KEPT = "Linked with"
LINK_KEPT_HINT = "Take out what does not belong."
LINK_PLACEHOLDER = "Linked tickets"

MOVE_TITLE = "Move #{number}"
MOVE_TEXT = "It is opened anew for somebody else, and closed for {customer}."
MOVE_LABEL = "Whose ticket is it?"
MOVE_PLACEHOLDER = "Choose a person"
MOVE_HINT = "They read all of it that {customer} could read."
MOVE_SUBMIT = "Move"
MOVE_MISSING = "Choose a person."
MOVE_DONE = "*#{new}* is open for {customer}. #{number} is closed."

WATCH_TITLE = "Watch #{number}"
WATCH_LABEL = "Who reads along?"
WATCH_PLACEHOLDER = "Choose people of the team"
WATCH_HINT = "They get what is said in their messages, and what they type there is a note."
WATCH_SUBMIT = "Save"
WATCH_PRIVATE = "#{number} is private: it shows in its channel alone."
WATCH_SOMEBODY = "Somebody you chose"
WATCH_MOST = "{most} people read along, which is the most."
WATCH_TEAM_ONLY = "{person} is not of the team."

# On the cards
JOINED = "joined here: {numbers}"
LINKED = "linked: {numbers}"
SPLIT_TO = "split off: {numbers}"
SPLIT_FROM = "split from {numbers}"
MOVED_TO = "moved to {numbers}"
MOVED_FROM = "moved from {numbers}"
NUMBER = "#{number}"

# In threads
JOINED_POST = "*#{number} {subject} was joined with this* by {by}. {customer} wrote:"
JOINED_POST_PLAIN = "*#{number} {subject} was joined with this* by {by}."
APART_POST = "~#{number} {subject} was joined with this~ Taken apart again."
SPOKEN_JOINED = "#{number} was joined with #{target} by {by}. {text}"
SPOKEN_APART = "#{number} and #{target} are two tickets again."
WENT_ON = "#{number} was joined with #{target}: your message is there now."
WENT_ON_NOTE = "#{number} was joined with #{target}: your note is there now."
OTHER_CHANNEL = "#{target} shows in another channel than this private ticket."

# Who reads along
WATCHING = "*You watch this.* {status}"
WATCHED_NO_MORE = "*You watch this no more.*"
WATCHED_UNSEEN = "You watch #{number} no more."
WATCH_STATUS = {
    TicketStatus.OPEN: "Waiting for an agent.",
    TicketStatus.ASSIGNED: "{agent} has it.",
    TicketStatus.IN_PROGRESS: "{agent} is working on it.",
    TicketStatus.PENDING_CUSTOMER: "Waiting for {customer}. {agent} has it.",
    TicketStatus.RESOLVED: "Resolved by {agent}.",
    TicketStatus.CLOSED: "Closed.",
}
WATCH_NOT_SENT = "You read along: what you type here is not on {customer}'s ticket."
WATCH_TEAM_ONLY_THREAD = "This thread is for the team: what you type here is a note."
