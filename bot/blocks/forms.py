"""The modals of agents and customers."""

from __future__ import annotations

from bot.views import AssignForm, MoreActions, ReadAll, ReleaseForm, TakeForm, TextForm, View, WhyView, WithdrawForm


def text_form_view(form: TextForm) -> View:
    raise NotImplementedError


def assign_view(form: AssignForm) -> View:
    raise NotImplementedError


def release_view(form: ReleaseForm) -> View:
    raise NotImplementedError


def take_view(form: TakeForm) -> View:
    raise NotImplementedError


def withdraw_view(form: WithdrawForm) -> View:
    raise NotImplementedError


def read_all_view(text: ReadAll) -> View:
    raise NotImplementedError


def more_actions_view(more: MoreActions) -> View:
    raise NotImplementedError


def why_view(why: WhyView) -> View:
    raise NotImplementedError


def plain_view(sentence: str) -> View:
    raise NotImplementedError
