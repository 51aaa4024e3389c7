"""What the set-up says: sections, the label and the hint of each setting, and what is said before a change is stored."""

from ticketing.model import Priority, Strategy, Tier
from ticketing.words import Stemming

TITLE = "Set-up"
VERSION = "Version {version}, stored by {who} {at}."
VERSION_FILE = "Version {version}, stored from the settings file {at}."
VERSION_NONE = "As it comes: nobody has changed anything yet."
READ_ONLY = "Admins change the set-up. You can read it."
RECOMPUTED = "Deadlines follow: recomputed {done:,} of {total:,} tickets."
SAVED = "Saved. Version {version} is in force."
ROW = "*{title}.* {summary}"
NOTHING = "None."
AND_MORE = "{shown} and {count} more"

SECTION = {
    "categories": "Categories",
    "calendars": "Calendars",
    "policies": "Promises",
    "channels": "Channels",
    "follow": "Agents by membership",
    "ladder": "Ladder",
    "queue": "Queue",
    "habits": "Habits",
    "tickets_channel": "Where tickets show",
    "alerts_channel": "Where alerts go",
    "hours": "When are you open",
}
ABOUT = {
    "categories": "Kinds of tickets: who answers them, how they are chosen, where they show.",
    "calendars": "Working hours, in which promises count. 24x7 is always there besides.",
    "policies": "What is promised, to whom. Where one leaves a time out, a less specific one has it.",
    "channels": "Where the desk speaks, and where messages become tickets.",
    "follow": "Whose members are agents without anybody's saying so. By hand you can still decide for each.",
    "ladder": "What follows when a promise is broken and nobody sees to it.",
    "queue": "What counts how much while a ticket waits. The most points go first.",
    "habits": "Everything else that the desk does by itself.",
    "tickets_channel": "Each ticket has a card there, with a thread for the team. A private channel keeps it to the team.",
    "alerts_channel": "Warnings before a promise is broken, and what is overdue.",
    "hours": "Promises count in these hours. You can say more under Set-up later.",
}
ADD = {
    "categories": "A further category",
    "calendars": "A further calendar",
    "policies": "A further promise",
}

SETTING: dict[str, tuple[str, str]] = {
    "categories.name": ("Name", "What people read."),
    "categories.key": ("Key", "Its name in the data, such as billing. Without one it is made from the name. It stays."),
    "categories.default_priority": ("Priority", "Of a ticket whose customer chose none."),
    "categories.strategy": ("How an agent is chosen", "Among those who have the skill and room."),
    "categories.channel": ("Channel", "Where its tickets show; without one, where all do."),
    "categories.escalations": ("Channel for alerts", "Without one, where all alerts go."),
    "categories.private": ("Private", "Seen by the members of its channel and nobody else. Needs a private channel."),
    "categories.skill": ("Skill", "What an agent needs. Without one, its own."),
    "categories.fields": (
        "Further questions",
        "A line each: Invoice number; text up to 20; required. Or: Seats; number. Or: Plan; one of Free, Pro.",
    ),
    "calendars.name": ("Name", "What promises call it."),
    "calendars.zone": ("Time zone", "Such as Europe/Vienna. Without one, the desk's."),
    "calendars.windows": ("Open", "A line each: mon-thu 09:00-12:30, 13:00-17:00."),
    "calendars.holidays.country": ("Public holidays of", "A country, such as AT or DE."),
    "calendars.holidays.subdivision": ("And of its part", "Such as BY for Bavaria."),
    "calendars.holidays.dates": ("Closed on", "A day a line: 2026-12-24."),
    "policies.tier": ("For customers of tier", ""),
    "policies.category": ("For tickets of", ""),
    "policies.calendar": ("Counted in", "The working hours in which its targets count."),
    "policies.warn_before": ("Warn before", "Such as 30m; at most half the target, and 0s for no warning."),
    "policies.first_response": ("First answer within", "A line each: urgent 30m, high 1h, low none."),
    "policies.next_response": ("Each further answer within", "As above. Without any, as for the first."),
    "policies.resolution": (
        "Solution within",
        "A line each: urgent 4h, high 1d. A day is 24 hours, also of working time.",
    ),
    "policies.time_to_claim": ("An agent within", "As above. Without any, nothing is promised."),
    "channels.triage": ("Tickets show in", "Each ticket's card, with a thread for the team."),
    "channels.escalations": ("Alerts go to", "What is due soon or overdue, and the board."),
    "channels.by_emoji": ("The emoji opens tickets in", "Answered in the message's thread."),
    "channels.emoji": ("The emoji", "Its name without colons."),
    "channels.every_message": ("Every message is a ticket in", "Greetings and thanks are left alone."),
    "channels.other_organizations": ("People of other organizations", "Of channels shared through Slack Connect."),
    "channels.replies_from_triage": (
        "What is typed in a triage thread",
        "Of new tickets: threads that stand keep what their card says.",
    ),
    "follow.channel": ("Members of this channel are agents", "A private channel: anybody could join another."),
    "follow.usergroup": ("Members of this user group are agents", "Its id, such as S0123ABCD."),
    "follow.skills": ("They begin with", "Skills, a line each, with a level from 1 to 5: Billing 2."),
    "ladder.steps": (
        "Steps once it is overdue",
        "A line each: 30m. Or: 1h; senior agents first. Or: 2h; tell Lena Fischer.",
    ),
    "ladder.quiet": ("Quiet hours", "Alerts wait, unless urgent. A line each: mon-fri 00:00-08:00, 18:00-24:00."),
    "ladder.unassigned_after": ("Tell when a ticket has no agent for", "Such as 2h; without any, never."),
    "ladder.untouched_after": ("Tell when a ticket lies untouched for", "Such as 1d; without any, never."),
    "queue.per_priority": ("For each step of priority", "Points, up to 100. Low is 1 step, urgent 4."),
    "queue.standard": ("For a standard customer", "Points, up to 1,000."),
    "queue.premium": ("For a premium customer", "Points, up to 1,000."),
    "queue.enterprise": ("For an enterprise customer", "Points, up to 1,000."),
    "queue.growth_points_per_hour": ("For each hour of waiting", "Points; with 0, heavier tickets always go first."),
    "habits.zone": ("Time zone of the desk", "Such as Europe/Vienna."),
    "habits.default_max_load": ("Capacity of a new agent", "How many tickets at once."),
    "habits.open_rate_per_hour": ("Tickets one person may open in an hour", ""),
    "habits.grace_days": ("Days in which a comment reopens a ticket", "Later it opens another, linked to it."),
    "habits.reopen_limit": ("Escalate when reopened more often than", ""),
    "habits.undo_window_s": ("Seconds in which a step can be undone", "With 0, never."),
    "habits.board_at": ("The board is posted at", "Such as 09:00, or never."),
    "habits.digest_at": ("The digest is posted at", "Of the day before. Such as 09:00, or never."),
    "habits.auto_close_after_days": ("Days until a resolved ticket closes", "With 0, never."),
    "habits.nudge_before_days": ("Days before that the customer is asked", "With 0, not at all."),
    "habits.colleagues_see_tickets": ("People of one organization", "Whether they may read each other's tickets."),
    "habits.stemming": (
        "Search finds a word",
        "In force once the index is made anew: run `helpdesk reindex` in a quiet hour.",
    ),
    "habits.rating_days": ("Days in which the help can be rated", "After the resolution."),
    "habits.thanks": ("Phrases that reopen nothing", "A line each; a comment of nothing else is only thanks."),
    "habits.greetings": ("Phrases that open nothing", "A line each, where every message is a ticket."),
    "tickets_channel.triage": ("Tickets show in", "The app has to be in it: there, type /invite @Helpdesk."),
    "alerts_channel.escalations": ("Alerts go to", "The app has to be in it: there, type /invite @Helpdesk."),
    "hours.open": ("Open", ""),
    "hours.windows": ("Hours", "A line each: mon-thu 09:00-12:30, 13:00-17:00."),
    "hours.zone": ("Time zone", "Such as Europe/Vienna."),
    "hours.country": ("Closed on the public holidays of", "A country, such as AT or DE."),
}

PRIORITY = {
    Priority.LOW: "Low",
    Priority.MEDIUM: "Medium",
    Priority.HIGH: "High",
    Priority.URGENT: "Urgent",
}
STRATEGY = {
    Strategy.LEAST_LOADED: "Who has the fewest tickets",
    Strategy.ROUND_ROBIN: "One after the other",
    Strategy.MOST_SKILLED: "Who knows it best",
}
TIER = {Tier.STANDARD: "Standard", Tier.PREMIUM: "Premium", Tier.ENTERPRISE: "Enterprise"}
YES_NO = {"yes": "Yes", "no": "No"}
COLLEAGUES = {"yes": "May read each other's tickets", "no": "See their own tickets only"}
TRIAGE_THREADS = {"yes": "Goes to the customer; ?note keeps it", "no": "Is the team's; Reply sends to the customer"}
STEMMING = {
    Stemming.ENGLISH: "In its other English endings too: invoices, invoice",
    Stemming.OFF: "As it is written, for other languages",
}
STRANGERS = {"yes": "May open tickets there", "no": "Are not answered"}
OPEN = {"always": "Around the clock", "hours": "In these hours"}
ALL = "All"
AS_ABOVE = "As a less specific promise says"
OFFICE = "Office"

ENTRY = "*{name}*: {details}"
DETAIL = "{label} {value}"
TOLD = {
    "categories": frozenset({"default_priority", "channel"}),
    "calendars": frozenset({"windows"}),
    "policies": frozenset({"first_response", "resolution", "calendar"}),
}
"""What a row of a section's list says besides the name."""
TOLD_ALONE = frozenset({"default_priority", "channel", "windows"})
"""Of these, what says without its label what it is."""

REMOVE_LABEL = "Keep or remove"
REMOVE = (("keep", "Keep it"), ("remove", "Remove it"))
POLICY_OF_ALL = "For all"
SUMMARY_CHANNELS = "Tickets in {triage}, alerts in {escalations}."
SUMMARY_NOWHERE = "no channel yet"
SUMMARY_FOLLOW = "Members of {places}."
SUMMARY_STEPS = ("{count} step once it is overdue.", "{count} steps once it is overdue.")
SUMMARY_QUEUE = "{per_priority} points a step of priority; {standard}, {premium} and {enterprise} by tier."
SUMMARY_HABITS = "{zone}. Resolved tickets close after {days} days."

CHECK = "Check"
SAVE = "Save"
HEAD_CHECK = "*Check it before it is stored.*"
CHANGE = "*{label}:* {before} → {after}"
REMOVED = "*{name}* is removed. Tickets that carry it keep it."
ADDED = "*{name}* is new."
NO_CHANGE = "Nothing is different from what is in force."
TOUCHES = ("This touches {count} open ticket.", "This touches {count} open tickets.")
OPENS = (
    "Colleagues of its customer can then read {count} open ticket.",
    "Colleagues of their customers can then read {count} open tickets.",
)
HIDES = (
    "Colleagues of its customer can then no longer read {count} open ticket.",
    "Colleagues of their customers can then no longer read {count} open tickets.",
)
PRIVATE = "private"
TRIAL = "*Try it out.* Made-up customer, your private channel, nothing else is touched."
SAID_OUTRIGHT = "This is so already; now it is chosen."
TOUCHES_NONE = "This touches no open ticket."
RECOUNTS = ("The deadlines of {count} are counted anew.", "The deadlines of {count} are counted anew.")
TOO_LONG = "*{label}* is too long for a form. `helpdesk config apply` changes it."
KEY_LINE = "Key: {key}"

STALE = "{who} changed the set-up meanwhile, at {at}. Nothing was saved. Close this and open it again."
THE_FILE = "The settings file"
NO_NUMBER = "Write a whole number."
NO_DECIMAL = "Write a number, such as 2 or 2.5."
NO_DATE = "Write a day a line, such as 2026-12-24."
TARGET_UNREADABLE = "Write a line each, such as: high 4h."
TARGET_TWICE = "{priority} stands there twice."
FIELD_UNREADABLE = "{part} is none of: text, text up to 20, number, one of A, B, required."
FIELD_NO_LABEL = "Begin each line with what is asked."
STEP_UNREADABLE = "Write a line each: 30m. Or: 1h; senior agents first. Or: 2h; tell Lena Fischer."
STEP_NOBODY = "Nobody of the team is called {name}."
ELSEWHERE = "{place}: {sentence}"
IS_NEEDED = "This is needed."

FIELD_TEXT, FIELD_NUMBER, FIELD_REQUIRED = "text", "number", "required"
FIELD_UP_TO, FIELD_ONE_OF = "text up to", "one of"
STEP_SENIOR, STEP_TELL = "senior agents first", "tell"

NOT_A_MEMBER = "The app is not in #{name}. There, type /invite @Helpdesk."
NOT_SEEN = "The app is not in that channel. There, type /invite @Helpdesk."
ARCHIVED = "#{name} is archived. Choose another."
ANYBODY_JOINS = "Anybody can join #{name}. Choose a private channel."
NO_SUCH_GROUP = "There is no such user group. Its id is under People & user groups, in its menu."
NO_GROUP_SCOPE = "The app may not read user groups. Add the scope usergroups:read to it and install it again."
SLACK_SILENT = "Slack does not answer. Press again in a minute."
