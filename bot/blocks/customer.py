"""What the customer sees in Messages."""

from __future__ import annotations

from bot.views import CustomerCard, LateApology, Message, Offer, ThreadPost
from ticketing.model import TicketRef


def customer_card(card: CustomerCard) -> Message:
    raise NotImplementedError


def reply_post(post: ThreadPost) -> Message:
    raise NotImplementedError


def question_post(post: ThreadPost) -> Message:
    raise NotImplementedError


def resolved_post(post: ThreadPost) -> Message:
    raise NotImplementedError


def reopened_post(number: int) -> Message:
    raise NotImplementedError


def closes_soon_post(number: int, days: int) -> Message:
    raise NotImplementedError


def late_apology_post(apology: LateApology) -> Message:
    raise NotImplementedError


def thanks_post(ref: TicketRef, version: int) -> Message:
    raise NotImplementedError


def offer_message(offer: Offer) -> Message:
    raise NotImplementedError
