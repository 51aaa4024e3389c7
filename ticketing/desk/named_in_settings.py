"""
Whom the settings name: a step of the ladder calls somebody by their outside reference.

Once they are erased, every version that is kept is without them. Such a step then tells the channel as one that names nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from ticketing.tables import configurations

DOCUMENTS = select(configurations.c.version, configurations.c.document).order_by(configurations.c.version)
CUT = (
    update(configurations)
    .where(configurations.c.version == bindparam("key_version"))
    .values(document=bindparam("without", type_=configurations.c.document.type))
)


def take_out(connection: Connection, reference: str) -> dict[str, Any] | None:
    """Take somebody out of all versions; the last without them, if they were named there."""
    names = {reference, reference.rpartition(":")[2]}
    last: dict[str, Any] | None = None
    for row in connection.execute(DOCUMENTS).all():
        last = without(row.document, names)
        if last is not None:
            connection.execute(CUT, {"key_version": row.version, "without": last})
    return last


def without(document: dict[str, Any], names: set[str]) -> dict[str, Any] | None:
    """The settings with no step of the ladder that calls one of these; None where none does."""
    ladder = document.get("ladder") or {}
    steps = ladder.get("steps") or ()
    if all(step.get("person") not in names for step in steps):
        return None
    kept = [{name: value for name, value in step.items() if name != "person" or value not in names} for step in steps]
    return document | {"ladder": ladder | {"steps": kept}}
