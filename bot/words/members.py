"""What the modals about the team say."""

from ticketing.desk.membership import Assignable
from ticketing.model import Role, Tier

CHOOSE_CHANNEL = "Choose a channel"
CHOOSE_CHANNELS = "Choose channels"
CHOOSE_DAY = "Choose a day"
PICK_PERSON = "Choose a person"
ANSWER = "*{label}:* {value}"

ROLE = {Role.CUSTOMER: "customer", Role.AGENT: "agent", Role.LEAD: "lead", Role.ADMIN: "admin"}

TEAM_TITLE = "Team"
TEAM_COUNT = ("*{count} person*, {taking} taking tickets now.", "*{count} people*, {taking} taking tickets now.")
TEAM_EMPTY = "Nobody is of the team yet."
TEAM_ANYBODY = "Somebody else, or a customer's tier"
TEAM_FOLLOWS = "Members of {places} are agents. Who was made one or removed by hand stays that."
TEAM_FOLLOWS_GROUP = "the user group {group}"
TEAM_ROW = "*{name}*, {role}. {skills} {load}"
TEAM_NO_SKILLS = "No skill yet: tickets come by hand only."
TEAM_NO_AGENT = "Takes no tickets."
TEAM_LOAD = "{load} of {max_load} tickets."
TEAM_LOAD_AWAY = "{load} of {max_load} tickets, away."
TEAM_LOAD_AWAY_UNTIL = "{load} of {max_load} tickets, away {until}."
TEAM_SENIOR = "Senior."
TEAM_SKILL = "{name} {level}"
TEAM_MORE_SKILLS = "{skills} and {count} more"
NOTHING_CHANGED = "Nothing was changed."
SAVED = "Saved: {name}."

PERSON_HEAD = "*{name}*, {zone} time."
PERSON_HOLDS = "Holds {load} of {max_load} tickets."
SAVE = "Save"
HEAD_CHECK = "*Check it before it is stored.*"
TOUCHES = (
    "This touches {count} open ticket: what {name} holds goes back to the queue.",
    "This touches {count} open tickets: what {name} holds goes back to the queue.",
)
CHANGED_LAST = "Last changed by {who} {at}: {what}."
CHANGED_LAST_DESK = "Last changed by the desk itself {at}: {what}."
CHANGED = {
    "role": "role",
    "agent": "skills and capacity",
    "available": "availability",
    "shifts": "shifts",
    "leave": "leave",
    "tier": "tier",
    "organization": "organization",
    "follows": "agent as the channel says",
}
ROLE_LABEL = "Role"
ROLE_OPTION = {Role.CUSTOMER: "Customer", Role.AGENT: "Agent", Role.LEAD: "Lead", Role.ADMIN: "Admin"}
ROLE_HINT = "Agents answer, leads also change the team, admins also the settings."
ASSIGNABLE_LABEL = "Takes tickets"
ASSIGNABLE_HINT = "With No, what they hold goes back to the queue."
ASSIGNABLE = {
    Assignable.YES: "Yes",
    Assignable.NO: "No",
    Assignable.FOLLOWS: "As a member of the channel or user group",
}
SKILLS_LABEL = "Skills"
SKILLS_HINT = "A line each, with a level from 1 to 5: Billing 3. Without any, tickets come by hand only."
LOAD_LABEL = "Capacity"
LOAD_HINT = "How many tickets at once, from 1 to 1,000."
SENIOR_LABEL = "Senior"
SENIOR_HINT = "Escalated tickets go to senior agents first."
YES_NO = (("yes", "Yes"), ("no", "No"))
SHIFTS_LABEL = "Shifts"
SHIFTS_HINT = "A line each, in their own time zone: mon-fri 09:00-17:00. Without any, always."
AVAILABLE_LABEL = "Available"
AVAILABLE_OPTIONS = (("yes", "Yes"), ("no", "Away until they say they are back"))
LEAVE_START, LEAVE_END = "Leave from", "Leave until and with"
LEAVE_LABEL = "On leave {days}"
LEAVE_OPTIONS = (("keep", "Keep it"), ("end", "Take it back"))
TIER_LABEL = "Tier"
TIER_HINT = "As a customer. Tickets opened from now on carry it."
TIER_OF_ORGANIZATION = "As their organization has"
TIER = {Tier.STANDARD: "Standard", Tier.PREMIUM: "Premium", Tier.ENTERPRISE: "Enterprise"}
ORGANIZATION_LABEL = "Organization"
ORGANIZATION_TIER = "The organization's tier"
ORGANIZATION_TIER_HINT = "Of everybody in it who has no tier of their own."

STALE = "{who} changed {name} meanwhile, at {at}. Nothing was saved. Close this and open it again."
THE_DESK = "The desk itself"
NO_NUMBER = "Write a whole number."
LEAVE_BOTH = "Choose the first and the last day."
LEAVE_ORDER = "The last day is before the first."
LEAVE_TOO_FAR = "Choose days that a calendar of today has."
ORGANIZATION_MISSING = "Write the organization's name, or leave its tier as it is."
SKILL_UNKNOWN = "There is no skill {skill}. There are: {known}."
SKILL_UNREADABLE = "Write a line each, with a level from 1 to 5: Billing 3."
SKILL_TWICE = "{skill} stands there twice."
HOURS_UNREADABLE = "Write a line each: mon-fri 09:00-17:00."
NOT_OF_HERE = "Only people of this workspace can be of the team. {name} is a guest, of another organization, or a bot."
