"""
What Slack's errors mean for what was to be shown.

The codes are those of https://docs.slack.dev/reference/methods/chat.postMessage, chat.update, conversations.history,
conversations.replies, conversations.open, reactions.add and reactions.remove, and what every method can answer
(https://docs.slack.dev/apis/web-api/#responses).
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What to do about an error."""

    RETRY = "retry"  # it passes by itself: wait, longer each time
    DOUBTFUL = "doubtful"  # as RETRY, but Slack may have done it all the same: look before sending again
    PARK = "park"  # it will never work: set aside with the reason, told elsewhere
    REPAIR = "repair"  # the message or thread is gone: post it anew
    IGNORE = "ignore"  # there is nothing left to do
    HALT = "halt"  # nothing at all will work until an operator acts: ask rarely


NOBODY = "made_up_person"
"""No code of Slack's: what would be shown to the customer of a test ticket."""

VERDICTS: dict[str, Verdict] = {
    # It passes by itself.
    "ratelimited": Verdict.RETRY,
    "rate_limited": Verdict.RETRY,
    "message_limit_exceeded": Verdict.RETRY,
    "service_unavailable": Verdict.RETRY,
    "team_added_to_org": Verdict.RETRY,
    "org_login_required": Verdict.RETRY,
    "method_not_supported_for_channel_type": Verdict.PARK,
    # The server gave up half-way: "some aspect of the operation may have succeeded".
    "internal_error": Verdict.DOUBTFUL,
    "fatal_error": Verdict.DOUBTFUL,
    "request_timeout": Verdict.DOUBTFUL,
    # The place does not exist, or is closed to us.
    "channel_not_found": Verdict.PARK,
    "not_in_channel": Verdict.PARK,
    "is_archived": Verdict.PARK,
    "user_not_found": Verdict.PARK,
    "users_not_found": Verdict.PARK,
    "user_disabled": Verdict.PARK,
    "user_not_visible": Verdict.PARK,
    "user_is_bot": Verdict.PARK,
    "user_is_restricted": Verdict.PARK,
    "cannot_dm_bot": Verdict.PARK,
    "messages_tab_disabled": Verdict.PARK,
    "restricted_action": Verdict.PARK,
    "restricted_action_read_only_channel": Verdict.PARK,
    "restricted_action_thread_only_channel": Verdict.PARK,
    "restricted_action_non_threadable_channel": Verdict.PARK,
    "restricted_action_thread_locked": Verdict.PARK,
    "access_denied": Verdict.PARK,
    "no_permission": Verdict.PARK,
    "team_access_not_granted": Verdict.PARK,
    "missing_scope": Verdict.PARK,
    "slack_connect_canvas_sharing_blocked": Verdict.PARK,
    "slack_connect_file_link_sharing_blocked": Verdict.PARK,
    NOBODY: Verdict.IGNORE,
    # What we sent is not a message: it would be refused again.
    "invalid_blocks": Verdict.PARK,
    "invalid_blocks_format": Verdict.PARK,
    "invalid_metadata_format": Verdict.PARK,
    "invalid_metadata_schema": Verdict.PARK,
    "metadata_too_large": Verdict.PARK,
    "metadata_must_be_sent_from_app": Verdict.PARK,
    "msg_too_long": Verdict.PARK,
    "msg_blocks_too_long": Verdict.PARK,
    "no_text": Verdict.PARK,
    "too_many_attachments": Verdict.PARK,
    "markdown_text_conflict": Verdict.PARK,
    "attachment_payload_limit_exceeded": Verdict.PARK,
    "invalid_arguments": Verdict.PARK,
    "invalid_arg_name": Verdict.PARK,
    "invalid_array_arg": Verdict.PARK,
    "invalid_charset": Verdict.PARK,
    "invalid_form_data": Verdict.PARK,
    "invalid_post_type": Verdict.PARK,
    "missing_post_type": Verdict.PARK,
    "unknown_method": Verdict.PARK,
    "method_deprecated": Verdict.PARK,
    "deprecated_endpoint": Verdict.PARK,
    "edit_window_closed": Verdict.PARK,
    "cant_update_message": Verdict.PARK,
    "update_failed": Verdict.RETRY,
    "external_channel_migrating": Verdict.RETRY,
    "is_inactive": Verdict.PARK,
    # An emoji that cannot stand there.
    "too_many_emoji": Verdict.PARK,
    "too_many_reactions": Verdict.PARK,
    "invalid_name": Verdict.PARK,
    "bad_timestamp": Verdict.PARK,
    "not_reactable": Verdict.PARK,
    "no_item_specified": Verdict.PARK,
    # What it was to change, or to stand under, is gone.
    "message_not_found": Verdict.REPAIR,
    "thread_not_found": Verdict.REPAIR,
    "cannot_reply_to_message": Verdict.REPAIR,
    # It was to vanish, and has.
    "already_deleted": Verdict.IGNORE,
    "already_reacted": Verdict.IGNORE,
    "no_reaction": Verdict.IGNORE,
    "cant_delete_message": Verdict.IGNORE,
    # The token: nothing works until somebody gives us a good one.
    "invalid_auth": Verdict.HALT,
    "not_authed": Verdict.HALT,
    "account_inactive": Verdict.HALT,
    "token_expired": Verdict.HALT,
    "token_revoked": Verdict.HALT,
    "app_missing": Verdict.HALT,
    "not_allowed_token_type": Verdict.HALT,
    "ekm_access_denied": Verdict.HALT,
    "enterprise_is_restricted": Verdict.HALT,
    "accesslimited": Verdict.HALT,
    "two_factor_setup_required": Verdict.HALT,
    "team_not_found": Verdict.HALT,
}

CLOSED = frozenset({"is_archived", "not_in_channel", "channel_not_found"})
"""A channel that is archived, or has lost the app: somebody may open it again, or choose another."""

UNKNOWN_TRIES = 5
"""How often an error that is not in the table is tried before it is taken to be for good."""


def verdict(code: str, attempts: int) -> Verdict:
    """What to do about an error after so many tries, the present one included."""
    known = VERDICTS.get(code)
    if known is not None:
        return known
    return Verdict.RETRY if attempts < UNKNOWN_TRIES else Verdict.PARK
