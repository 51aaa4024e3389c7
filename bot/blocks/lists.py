"""What commands answer with."""

from __future__ import annotations

from datetime import datetime

from bot.views import AgentList, AgentRow, CustomerList, CustomerRow, Message


def customer_list(rows: CustomerList) -> Message:
    raise NotImplementedError


def agent_list(rows: AgentList) -> Message:
    raise NotImplementedError


def ticket_help() -> Message:
    raise NotImplementedError


def helpdesk_help() -> Message:
    raise NotImplementedError


def customer_line(row: CustomerRow, *, now: datetime, zone: str) -> Message:
    raise NotImplementedError


def agent_line(row: AgentRow, *, now: datetime, zone: str) -> Message:
    raise NotImplementedError
