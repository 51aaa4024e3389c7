"""What the app says in threads that no card says: shown anew, not delivered."""

PULLED_BACK = "*Pulled back* by {author}. {customer} may have seen it."
PRIVATE_NOW = "#{number} is private now. Only the members of its channel see it."
GOES_ON_IN_PRIVATE = "#{number} goes on in private."
ALERT_ELSEWHERE = "#{number}: its alert is in <#{channel}> now."
ALERTS_ELSEWHERE = "{numbers}: their alerts are in <#{channel}> now."
AGAIN = "#{number} is yours again."
NOT_DELIVERED = "*Not delivered:* #{number}. Could not reach {person}: {why}. What was said is kept on #{number}."
UNSENT = "Not delivered to {customer}: {why}. Your reply is kept on #{number}."
WHY = {
    "user_disabled": "their account is deactivated",
    "channel_not_found": "their account is deactivated, or they cannot be written to",
    "user_not_found": "Slack does not know them",
    "users_not_found": "Slack does not know them",
    "user_is_bot": "that is no person",
    "cannot_dm_bot": "that is no person",
    "messages_tab_disabled": "messages to the app are switched off",
    "is_archived": "the channel is archived",
    "not_in_channel": "the app is not in the channel",
}
ACCOUNT_ENDED = "*{name}'s account in Slack is deactivated:* nothing more is assigned to them."
ACCOUNT_HELD = (
    "They held {count} ticket, which somebody else has to take:",
    "They held {count} tickets, which somebody else has to take:",
)
ACCOUNT_HELD_NONE = "They held no ticket."
ACCOUNT_ROW = "*#{number}* {subject}"
WHY_ELSE = "Slack refused it ({reason})"
A_CHANNEL = "the channel"
