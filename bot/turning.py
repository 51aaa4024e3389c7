"""Turning the pages of long lists: which rows stand on a page, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from bot.views import Page
from ticketing.desk import Desk
from ticketing.model import Person
from ticketing.paging import Listed, Spot

LIST_LENGTH = 10


@dataclass(frozen=True)
class HomePlace:
    """Where in App Home somebody is: the page of their own work, and the page of the long list below with its spot."""

    mine: int = 1
    page: int = 1
    spot: Spot | None = None


FIRST = HomePlace()


def turned(read: Callable[[Spot | None], Listed], number: int, spot: Spot | None, *, rows: int) -> tuple[Listed, Page]:
    """The page from a spot on, called by its number among `rows`; the nearest that there is where nothing stands any more."""
    listed = read(spot)
    if spot is not None and not spot.is_back and not listed.tickets:
        listed = read(Spot(spot.key, is_back=True))
    elif spot is not None and spot.is_back and len(listed.tickets) < LIST_LENGTH:
        number, listed = 1, read(None)
    page = Page.nearest(number, rows=rows, each=LIST_LENGTH)
    return listed, Page(number=page.number, of=page.of, first=listed.first, last=listed.last)


def queue_page(desk: Desk, person: Person, place: HomePlace, hidden: Collection[str]) -> tuple[Listed, Page, int]:
    """What waits for others than `person`, a page of it, and how much it is in all. A number alone is looked for."""
    rows, number, spot = desk.queue_length(hidden=hidden, besides=person.id), place.page, place.spot
    if spot is None and number > 1:
        number = Page.nearest(number, rows=rows, each=LIST_LENGTH).number
        spot = desk.queue_spot((number - 1) * LIST_LENGTH, hidden=hidden, besides=person.id)
    read = partial(desk.queue_page, limit=LIST_LENGTH, hidden=hidden, besides=person.id)
    return *turned(read, number, spot, rows=rows), rows
