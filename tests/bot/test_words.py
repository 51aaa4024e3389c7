"""The words: every act has some, every template can be filled, and the house style is kept."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ticketing
from bot import words
from bot.actions import Act, Form, Press
from bot.views import CustomerState, ListKind
from bot.words import common, customer, forms, lists, team
from ticketing import errors
from ticketing.model import ClockKind, Priority, TicketStatus, Tier

SURFACES = [importlib.import_module(f"bot.words.{each.name}") for each in pkgutil.iter_modules(words.__path__)]
"""Each module of words there is, so that a new one is held to the same."""


def sentences(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for item in value.values() for one in sentences(item)]
    return [one for item in value for one in sentences(item)] if isinstance(value, tuple | list) else []


def all_of(surface: ModuleType) -> list[str]:
    return [one for name, value in vars(surface).items() if name.isupper() for one in sentences(value)]


def said_by_the_core() -> list[str]:
    """What the desk itself says when it refuses something: whatever stands in the arguments of an error (docs/decisions, 6)."""
    found = []
    for path in sorted(Path(ticketing.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not _makes_an_error(node.func):
                continue
            found += [
                one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
    return found


def _makes_an_error(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "__init__"
    return isinstance(function, ast.Name) and isinstance(getattr(errors, function.id, None), type)


def keeps_the_house_style(sentence: str) -> None:
    """No exclamation mark, "oops", "please", "the bot"; words that never stand on a screen (screens, section 11)."""
    low = sentence.replace("<!", "").lower()
    for banned in ("!", "oops", "please", "the bot", "breach", "assignee", "acknowledg", "incident"):
        assert banned not in low, sentence
    assert not {"sla", "eta", "pending"} & set(re.findall(r"[\w']+", low)), sentence


@pytest.mark.parametrize("surface", SURFACES, ids=lambda one: one.__name__)
def test_nobody_shouts_pleads_or_blames(surface: ModuleType) -> None:
    for sentence in all_of(surface):
        keeps_the_house_style(sentence)


def test_the_core_does_not_either() -> None:
    sentences = said_by_the_core()
    assert len([one for one in sentences if one.endswith(".")]) > 60
    for sentence in sentences:
        keeps_the_house_style(sentence)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda one: one.__name__)
def test_every_template_names_what_goes_into_it(surface: ModuleType) -> None:
    for sentence in all_of(surface):
        names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
        assert all(name.isidentifier() for name in names), sentence


def test_nothing_that_can_happen_is_without_words() -> None:
    assert common.BUTTON.keys() == common.ACCESSIBLE.keys() == set(Act)
    assert common.CLOCK.keys() == lists.CLOCK.keys() == team.HOW.keys() == set(ClockKind)
    assert common.PRIORITY.keys() == customer.PRIORITY_OPTION.keys() == set(Priority)
    assert common.STATUS.keys() == lists.TURN.keys() == set(TicketStatus)
    assert common.TIER.keys() == set(Tier)
    assert lists.CUSTOMER_STATE.keys() == set(CustomerState)
    assert lists.LIST_HEAD.keys() == lists.LIST_EMPTY.keys() == lists.LIST_SPOKEN.keys() == set(ListKind)
    texts = {Form.REPLY, Form.NOTE, Form.RESOLVE, Form.WAIT, Form.ANSWER}
    assert forms.TITLE.keys() == forms.LABEL.keys() == forms.HINT.keys() == forms.SUBMIT.keys() == texts
    assert forms.MISSING.keys() == texts


def test_buttons_are_short_and_in_sentence_case() -> None:
    for label in (*common.BUTTON.values(), *common.PRESS.values()):
        assert len(label) <= 30
        first, *rest = label.replace("{customer}", "").split()
        assert first[0].isupper()
        assert not any(word[0].isupper() and not word.isupper() for word in rest), label


def test_each_id_is_written_once() -> None:
    every = [*Act, *Press, *Form]
    assert len({one.value for one in every}) == len(every)
