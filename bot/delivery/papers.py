"""
What takes long to draw and comes with a picture or as a file: reports, exports, the digest.

A worker of its own, so that an alert never waits while figures are counted. It goes on where the last try came to: what
was given to Slack already is written into the row (`picture` or `file`), and a picture waits there until Slack knows its
type, since a message with an image of no known type is refused. Where no picture can be had the words go without it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from bot import places
from bot.charts import ChartsUnavailable
from bot.delivery.letters import HomePage, Instead, Letter, Picture, Reactions, SentFile
from bot.delivery.sending import Paced
from bot.delivery.slack import NoAnswer, Refused
from bot.delivery.worker import REPAIRS, Delivery
from bot.views.common import Block
from ticketing.instants import from_us, to_us
from ticketing.outbox import Errand, Notice

log = logging.getLogger(__name__)

PICTURE_CHECK_S = 1.0
"""How often Slack is asked whether it knows a picture's type by now."""

PICTURE_WITHIN = timedelta(seconds=60)
"""How long (machine time) the words wait for their picture."""

PICTURE_TRIES = 3
"""How often a picture is tried to be given to Slack when no answer comes."""

WITHOUT = ""
"""In place of a picture's id: it goes without one."""


class Papers(Delivery):
    """Shows the slow rows of the outbox. A lease is long, because counting a year of a busy desk is."""

    lease_s = 300.0
    post_within_s = 240.0

    def _deliver(self, errand: Errand, letter: Letter | Reactions | Instead | None) -> str:
        if not isinstance(letter, Letter):
            return super()._deliver(errand, letter)
        if letter.file is not None:
            return self._send_file(errand, letter, letter.file)
        if letter.picture is not None:
            errand, letter = self._with_picture(errand, letter, letter.picture)
        if letter.home is not None:
            return self._publish(errand, letter.home)
        return super()._deliver(errand, letter)

    # --- pictures -----------------------------------------------------------------------------------------------------

    def _with_picture(self, errand: Errand, letter: Letter, picture: Picture) -> tuple[Errand, Letter]:
        """The letter with its picture in it. Raises Paced while Slack does not know what it is."""
        try:
            file = errand.data.get("picture")
            if file is None:
                self._give_picture(errand, picture)
                raise Paced(PICTURE_CHECK_S)
            if file != WITHOUT and self._is_known(errand, str(file)):
                return errand, _illustrated(letter, picture, str(file))
        except (ChartsUnavailable, Refused) as error:
            log.warning("Row %s (%s) goes without its picture: %s", errand.id, errand.kind, error)
        except NoAnswer:
            if errand.attempts < PICTURE_TRIES:
                raise
            log.warning("Row %s (%s) goes without its picture: no answer.", errand.id, errand.kind)
        return self._outbox.keep(errand, {**errand.data, "picture": WITHOUT}), replace(letter, picture=None)

    def _give_picture(self, errand: Errand, picture: Picture) -> None:
        file = self._slack.upload(picture.name, picture.draw())
        self._slack.complete(file, picture.name)
        until = to_us(self._clock() + PICTURE_WITHIN)
        self._outbox.keep(errand, {**errand.data, "picture": file, "picture_until": until})

    def _is_known(self, errand: Errand, file: str) -> bool:
        """Whether Slack knows it as an image; False when it has not found out within the time. Raises Paced before."""
        kind = str(self._slack.file(file).get("mimetype") or "")
        if not kind and self._clock() < from_us(int(errand.data["picture_until"])):
            raise Paced(PICTURE_CHECK_S)
        return kind.startswith("image/")

    def _refused(self, errand: Errand, letter: Letter | None, code: str) -> str:
        if code in {"invalid_blocks", "invalid_arguments"} and errand.data.get("picture"):
            # Whatever Slack has against the picture, the words are good.
            errand = self._outbox.keep(errand, {**errand.data, "picture": WITHOUT})
            self._outbox.retry(errand, self._clock(), reason=code)
            return "repaired"
        return super()._refused(errand, letter, code)

    # --- files --------------------------------------------------------------------------------------------------------

    def _send_file(self, errand: Errand, letter: Letter, file: SentFile) -> str:
        channel = self._channel(errand)
        if places.person_in(errand.place) is not None:
            channel = self._slack.conversation_with(channel)
        given = errand.data.get("file")
        if given is not None and self._stands_in(str(given), channel):
            self._outbox.done(errand)  # an earlier try has sent it, and its answer was lost
            return "posted"
        if given is None:
            given = self._slack.upload(file.name, file.content)
            errand = self._outbox.keep(errand, {**errand.data, "file": given})
        self._keep_lease(errand)
        comment = letter.message.text if letter.message else None
        try:
            self._slack.complete(str(given), file.name, channel=channel, comment=comment)
        except Refused as refused:
            if refused.code not in {"file_not_found", "file_update_failed"} or errand.attempts >= REPAIRS:
                raise
            errand = self._outbox.keep(errand, {key: value for key, value in errand.data.items() if key != "file"})
            self._outbox.retry(errand, self._clock(), reason=refused.code)
            return "repaired"
        self._outbox.done(errand)
        return "posted"

    def _stands_in(self, file: str, channel: str) -> bool:
        try:
            known = self._slack.file(file)
        except Refused:
            return False
        return any(channel in (known.get(kind) or ()) for kind in ("channels", "groups", "ims"))

    # --- App Home -----------------------------------------------------------------------------------------------------

    def _publish(self, errand: Errand, home: HomePage) -> str:
        self._keep_lease(errand)
        try:
            self._slack.publish(self._channel(errand), home.view, home.hash)
        except Refused as refused:
            if refused.code != "hash_conflict":
                raise
            self._outbox.done(errand)  # they have gone on to something else
            return "obsolete"
        self._outbox.done(errand)
        return "posted"

    def _park(self, errand: Errand, reason: str) -> str:
        person_id = places.person_in(errand.place)
        if errand.kind == "report_home" or person_id is None:
            return super()._park(errand, reason)
        log.error("Row %s (%s) is set aside: %s.", errand.id, errand.kind, reason)
        data = {"kind": errand.kind, "reason": reason}
        instead = Notice(places.of_person(person_id), f"{errand.about}:not", "paper_failed", data=data)
        self._outbox.park(errand, reason, instead=[instead])
        return "parked"


def _illustrated(letter: Letter, picture: Picture, file: str) -> Letter:
    image: Block = {"type": "image", "slack_file": {"id": file}, "alt_text": picture.alt}

    def with_image(blocks: list[Block]) -> list[Block]:
        return [*blocks[: picture.before], image, *blocks[picture.before :]]

    if letter.home is not None:
        view = letter.home.view
        return replace(letter, home=replace(letter.home, view={**view, "blocks": with_image(view["blocks"])}))
    if letter.message is None:
        return letter
    return replace(letter, message=replace(letter.message, blocks=with_image(letter.message.blocks)))
