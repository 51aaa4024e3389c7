"""What external selects have offered: what a person saw after one query stays choosable after the next."""

from collections.abc import Iterable

from sandbox.model import JSON

MENUS_KEPT = 500
OPTIONS_KEPT = 500
"""How many menus, and options of each, are remembered, so that memory stays bounded; the oldest go first."""


class Offers:
    """Options by menu: a view or message, a block, an action."""

    def __init__(self) -> None:
        self._menus: dict[tuple[str, str, str], dict[str, JSON]] = {}

    def add(self, place: str, block_id: str, action_id: str, options: Iterable[JSON]) -> None:
        """Remember what the app answered to one query."""
        key = (place, block_id, action_id)
        menu = self._menus.pop(key, {})
        for option in options:
            value = str(option.get("value"))
            menu.pop(value, None)
            menu[value] = option
        while len(menu) > OPTIONS_KEPT:
            del menu[next(iter(menu))]
        self._menus[key] = menu
        while len(self._menus) > MENUS_KEPT:
            del self._menus[next(iter(self._menus))]

    def made(self, place: str, block_id: str, action_id: str) -> list[JSON]:
        """All that was offered there and is remembered."""
        return list(self._menus.get((place, block_id, action_id), {}).values())
