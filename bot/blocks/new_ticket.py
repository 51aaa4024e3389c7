"""The new-ticket form, its receipt, and answers that may help before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views import FieldErrors, NewTicketAnswers, NewTicketForm, Receipt, SimilarAnswer, View
from ticketing.model import Priority


def new_ticket_view(form: NewTicketForm) -> View:
    raise NotImplementedError


def choose_category(form: NewTicketForm, category: str, *, priority_in_form: Priority) -> NewTicketForm:
    raise NotImplementedError


def read_new_ticket(view: View) -> NewTicketAnswers:
    raise NotImplementedError


def new_ticket_errors(faults: Mapping[str, str]) -> FieldErrors:
    raise NotImplementedError


def receipt_view(receipt: Receipt) -> View:
    raise NotImplementedError


def similar_view(answer: SimilarAnswer) -> View:
    raise NotImplementedError
