"""
Text on its way to Slack: escaped, cut where a reader sees no damage, and instants as Slack's date tokens.

Three characters mean something to Slack and are escaped: `&`, `<`, `>`
(https://docs.slack.dev/messaging/formatting-message-text). Date tokens are described on the same page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.words import common as words

CARD_SUBJECT = 150  # what a card shows of a subject; also the form's limit
LIST_SUBJECT = 80  # ten of them are read in one glance
CARD_TEXT = 600  # a card's text, longer is behind Read all
NAME = 80  # Slack's own limit for a full name
BUTTON_NAME = 20  # a button with a longer name is as wide as a telephone
SPOKEN_TEXT = 700  # a notification shows less; with five characters an "&" it stays under 4,000
PIECE = 2_200  # of escaped text in one section (3,000), with room for quote marks and links

ELLIPSIS = "…"
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control characters, halves of characters, and marks that turn the direction of writing and so could fake a name."""
_MARKS = re.compile(r"(?<![^\W_])_|_(?![^\W_])|[*~`]")
"""What would begin or end bold, italics and the like; an underscore within a word does not."""
_LOOKALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
"""mrkdwn has no escape for its marks, and where they count differs between clients: a look-alike counts nowhere."""
_LINK = re.compile(r"https?://[^\s<>|\x60]+[^\s<>|\x60.,;:!?)'\"\]}…]")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}", re.ASCII)
_TORN = re.compile(r"(&[a-z]*|<[^>]*)$", re.ASCII)
_QUOTED_LIMIT = 40  # lines of a quote on a card: more fill a screen
_HANGUL_LEADING = ((0x1100, 0x115F), (0xA960, 0xA97C))
_HANGUL_FOLLOWING = ((0x1160, 0x11FF), (0xD7B0, 0xD7FB))
_FAR_BACK = 64  # no real character is longer; a hostile pile of accents is cut anyway


def size(text: str) -> int:
    """How long Slack may hold a text to be: UTF-16 units, which is never less than its characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Text as Slack wants it in mrkdwn: what a person typed can neither ping nor pose as a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(text: str) -> str:
    """Text without characters that nobody types on purpose."""
    return _HARMFUL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, limit: int, measure: Callable[[str], int] = size) -> str:
    """The text, or as much of its beginning as fits into `limit` with an ellipsis, no character torn apart."""
    if measure(text) <= limit:
        return text
    return text[: _fitting(text, limit - 1, measure)].rstrip() + ELLIPSIS


def cut_escaped(text: str, limit: int) -> str:
    """The text escaped, and then at most `limit` long."""
    return escape(cut(clean(text), limit, _escaped_size))


def plain(text: str, limit: int) -> str:
    """One line for a plain_text object, which knows no escapes."""
    return cut(" ".join(clean(text).split()) or words.NO_TEXT, limit)


def inline(text: str, limit: int) -> str:
    """One line for mrkdwn: cut, escaped, and its marks replaced, so that they neither begin nor end ours."""
    line = escape(plain(text, limit))
    return _MARKS.sub(lambda mark: _LOOKALIKES[mark[0]], line)


def ended(sentence: str) -> str:
    """With a full stop, unless it ends in a mark of its own: "How do I add a colleague?" """
    return sentence if sentence.endswith((".", "?", "!", ELLIPSIS)) else f"{sentence}."


def body(text: str) -> list[str]:
    """A whole text as escaped pieces, each for one section; at least one."""
    rest, found = clean(text).strip(), []
    while rest:
        end = len(rest) if _escaped_size(rest) <= PIECE else _breaking(rest)
        found.append(linked(rest[:end].rstrip()))
        rest = rest[end:].lstrip()
    return [piece for piece in found if piece] or [words.NO_TEXT]


def excerpt(text: str, limit: int = CARD_TEXT) -> tuple[str, bool]:
    """A text for a quote on a card, escaped, with whether something was left out."""
    whole = clean(text).strip()
    lines = whole.split("\n")
    short = "\n".join(lines[:_QUOTED_LIMIT])
    shown = cut(cut(short, limit), PIECE, _escaped_size)
    is_cut = shown != whole
    if is_cut and not shown.endswith(ELLIPSIS):
        shown += ELLIPSIS
    return linked(shown) or words.NO_TEXT, is_cut


def quote(escaped: str) -> str:
    """Escaped text as a quote, each line of it."""
    return "\n".join(f"> {line}" for line in escaped.split("\n"))


def linked(text: str) -> str:
    """Text escaped, in which web addresses are links to what they say, and to nothing else."""
    pieces, done = [], 0
    for address in _LINK.finditer(text):
        pieces += [escape(text[done : address.start()]), f"<{escape(address[0])}>"]
        done = address.end()
    return "".join([*pieces, escape(text[done:])])


def first_name(name: str, limit: int = NAME) -> str:
    """The first of a person's names, not escaped: for buttons and other plain text."""
    parts = clean(name).split()
    return cut(parts[0] if parts else words.SOMEBODY, limit)


def first(name: str) -> str:
    """The first of a person's names, for mrkdwn."""
    return inline(first_name(name), NAME)


def within(escaped: str, limit: int) -> str:
    """A line of ours (mrkdwn, escaped already), cut so that neither an entity nor a token is torn apart."""
    if size(escaped) <= limit:
        return escaped
    return _TORN.sub("", cut(escaped, limit - 1).removesuffix(ELLIPSIS)).rstrip() + ELLIPSIS


def channel(channel_id: str) -> str:
    """A channel by its name, which Slack fills in; what is no id stays as it is written."""
    return f"<#{channel_id}>" if _CHANNEL.fullmatch(channel_id) else inline(channel_id, NAME)


def from_slack(text: str, names: Mapping[str, str] | None = None) -> str:
    """
    A message's text as people read it: entities resolved, links as addresses, mentions as names.

    `names` maps user ids to names; an unknown one stays an id.
    """
    known = names or {}

    def read(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            return "@" + (label or known.get(target[1:], target[1:]))
        if target.startswith("#"):
            return "#" + (label or target[1:])
        if target.startswith("!"):
            return label if label else "@" + target[1:].partition("^")[0]
        address = target.removeprefix("mailto:")
        return address if not label or label in address else f"{label} ({address})"

    shown = re.sub(r"<([^<>]+)>", read, text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# Instants


def zone_of(name: str) -> tzinfo:
    """The time zone of that name; UTC for one that is not known here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def local(instant: datetime, zone: str) -> datetime:
    """An aware instant as the wall clock shows it in a zone. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return instant.astimezone(zone_of(zone))


def by(instant: datetime, zone: str) -> str:
    """A date token: "by today at 14:20"."""
    return _token(instant, zone, words.BY)


def since(instant: datetime, zone: str) -> str:
    """A date token: "since today at 14:20"."""
    return _token(instant, zone, words.SINCE)


def until(instant: datetime, zone: str) -> str:
    """A date token: "until today at 14:20"."""
    return _token(instant, zone, words.UNTIL)


def at(instant: datetime, zone: str) -> str:
    """A date token: "at 14:20 today"."""
    return _token(instant, zone, words.AT)


def day_and_time(instant: datetime, zone: str) -> str:
    """A date token: "today at 14:20"."""
    return _token(instant, zone, words.DAY_AND_TIME)


def at_second(instant: datetime, zone: str) -> str:
    """A date token for what lies seconds ago: "at 14:20:07"."""
    return _token(instant, zone, words.AT_SECONDS)


def as_of(instant: datetime, zone: str) -> str:
    """A date token: "as of 14:20"."""
    return _token(instant, zone, words.AS_OF)


def closed_on(instant: datetime, zone: str) -> str:
    """A date token: "Closed Nov 23"."""
    return _token(instant, zone, words.CLOSED_ON)


def clock_time(instant: datetime, zone: str) -> str:
    """A date token that is the time alone; the day stands before it in words."""
    here = local(instant, zone)
    return f"<!date^{_epoch(instant)}^{{time}}|{here:%H:%M}>"


def moment(instant: datetime, now: datetime, zone: str) -> str:
    """A date token to begin a line with: "14:20", and on another day than `now`'s with that day."""
    if local(instant, zone).date() == local(now, zone).date():
        return clock_time(instant, zone)
    return _token(instant, zone, words.MOMENT)


def plain_time(instant: datetime, zone: str) -> str:
    """Day, month and time in a zone, the zone named: what a reader sees where tokens are not understood."""
    here = local(instant, zone)
    return f"{here.day} {words.MONTHS[here.month - 1]} {here:%H:%M} {zone_name(here)}"


def zone_name(here: datetime) -> str:
    """The short name of a local instant's zone; zones without one are said as their distance from UTC."""
    name = here.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def duration(seconds: float) -> str:
    """A length of time, minutes rounded down: "16 min", "3 h 20 min", "2 days 4 h"."""
    minutes = max(0, int(seconds // 60))
    hours, minutes = divmod(minutes, 60)
    days, odd_hours = divmod(hours, 24)
    if days:
        said = words.DAY[days != 1].format(count=days)
        return words.DAYS_HOURS.format(days=said, hours=odd_hours) if odd_hours else said
    if hours:
        return (words.HOURS_MINUTES if minutes else words.HOURS).format(hours=hours, minutes=minutes)
    return words.MINUTES.format(minutes=minutes)


def due(due_at: datetime, now: datetime, zone: str) -> str:
    """
    How a deadline lies at `now`: "due in 16 min", "due now", "overdue by 9 min"; on another day its date.

    Only for what is drawn on request and for the board: time alone makes it false.
    """
    left = (due_at - now).total_seconds()
    if abs(left) < 60:
        return words.DUE_NOW
    if local(due_at, zone).date() != local(now, zone).date():
        if left > 0:
            return words.DUE.format(by=by(due_at, zone))
        return words.OVERDUE_SINCE.format(since=since(due_at, zone))
    template = words.DUE_IN if left > 0 else words.OVERDUE_BY
    return template.format(duration=duration(abs(left)))


def due_plain(due_at: datetime, now: datetime, zone: str) -> str:
    """As `due`, where no tokens are known: another day's date and time stand in the reader's zone, which is named."""
    if abs((due_at - now).total_seconds()) < 60 or local(due_at, zone).date() == local(now, zone).date():
        return due(due_at, now, zone)
    forms = words.BY if due_at > now else words.SINCE
    template = words.DUE if due_at > now else words.OVERDUE_SINCE
    said = forms[1].format(when=plain_time(due_at, zone))
    return template.format(by=said, since=said)


def _token(instant: datetime, zone: str, forms: tuple[str, str]) -> str:
    pattern, fallback = forms
    return f"<!date^{_epoch(instant)}^{pattern}|{fallback.format(when=plain_time(instant, zone))}>"


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())


# Cutting


def _escaped_size(text: str) -> int:
    return size(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def _fitting(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """The greatest index up to which `text` measures at most `limit` and no character is torn."""
    low, high = 0, min(len(text), max(limit, 0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    for index in range(low, max(low - _FAR_BACK, 0), -1):
        if is_border(text, index):
            return index
    return low if low > _FAR_BACK else 0


def _breaking(text: str) -> int:
    """Where to break a text too long for one section: at a line, else at a word, else between characters."""
    end = _fitting(text, PIECE, _escaped_size)
    for mark in ("\n", " "):
        found = text.rfind(mark, end // 2, end)
        if found > 0:
            return found
    return max(end, 1)


def is_border(text: str, index: int) -> bool:
    """
    Whether a reader sees `text[:index]` and `text[index:]` as whole characters.

    After the grapheme cluster rules of Unicode (https://www.unicode.org/reports/tr29): accents, joined emoji, skin tones,
    flags, Hangul and Indic conjuncts stay together.
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == "\u200d" or unicodedata.combining(before) == 9:
        return False
    if unicodedata.category(after).startswith("M") or _extends(after):
        return False
    if _is_flag(before) and _is_flag(after):
        flags = 0
        while index - flags > 0 and _is_flag(text[index - flags - 1]):
            flags += 1
        return flags % 2 == 0
    if _within(after, _HANGUL_FOLLOWING):
        return False
    return not (_within(before, _HANGUL_LEADING) and (_within(after, _HANGUL_LEADING) or "\uac00" <= after <= "\ud7a3"))


def _extends(char: str) -> bool:
    return char in "\u200c\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= ord(char) <= high for low, high in ranges)
