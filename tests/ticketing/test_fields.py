"""The answers to a category's own questions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.categories import FieldDefinition, FieldType
from ticketing.errors import InvalidInput
from ticketing.fields import check_fields

ASKED = (
    FieldDefinition(key="invoice", label="Invoice number", required=True, max_length=10),
    FieldDefinition(key="amount", label="Amount", type=FieldType.NUMBER),
    FieldDefinition(key="product", label="Product", type=FieldType.SELECT, options=("Cloud", "Desktop")),
    FieldDefinition(key="more", label="More"),
)


@pytest.mark.parametrize(
    ("answers", "stored"),
    [
        ({"invoice": "2026-7"}, {"invoice": "2026-7"}),
        ({"invoice": "  2026-7 "}, {"invoice": "2026-7"}),
        # stored in the order of the questions, the empty ones left out
        ({"product": "Cloud", "amount": None, "more": " ", "invoice": "7"}, {"invoice": "7", "product": "Cloud"}),
        ({"invoice": "7", "amount": "12.50"}, {"invoice": "7", "amount": 12.5}),
        ({"invoice": "7", "amount": 12}, {"invoice": "7", "amount": 12}),
        ({"invoice": "7", "amount": 0}, {"invoice": "7", "amount": 0}),
        ({"invoice": "7", "more": "two\nlines"}, {"invoice": "7", "more": "two\nlines"}),
        ({"invoice": "7", "more": "x" * 3000}, {"invoice": "7", "more": "x" * 3000}),
    ],
)
def test_answers_that_fit(answers: dict[str, Any], stored: dict[str, Any]) -> None:
    assert check_fields(ASKED, answers) == stored
    assert list(check_fields(ASKED, answers)) == list(stored)


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({}, "invoice", "Invoice number is needed."),
        ({"invoice": "  "}, "invoice", "Invoice number is needed."),
        ({"invoice": "12345678901"}, "invoice", "Invoice number takes 10 characters at most."),
        ({"invoice": 7}, "invoice", "Invoice number has to be text."),
        ({"invoice": "7", "amount": "twelve"}, "amount", "Amount has to be a number, such as 12 or 12.5."),
        ({"invoice": "7", "amount": "nan"}, "amount", "Amount has to be a number, such as 12 or 12.5."),
        ({"invoice": "7", "amount": "1e400"}, "amount", "Amount has to be a number, such as 12 or 12.5."),
        ({"invoice": "7", "amount": 10**400}, "amount", "Amount has to be a number, such as 12 or 12.5."),
        ({"invoice": "7", "amount": True}, "amount", "Amount has to be a number, such as 12 or 12.5."),
        ({"invoice": "7", "product": "Phone"}, "product", "Product has to be one of the options."),
        ({"invoice": "7", "more": "x" * 3001}, "more", "More takes 3000 characters at most."),
        ({"invoice": "7", "more": "a\x00b"}, "more", "More holds characters that cannot be stored."),
        ({"invoice": "7", "more": "a\ud800b"}, "more", "More holds characters that cannot be stored."),
        ({"invoice": "7", "shoe_size": "43"}, "shoe_size", "There is no field 'shoe_size' in this category."),
    ],
)
def test_answers_that_do_not_fit(answers: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_fields(ASKED, answers)

    assert (refused.value.field, str(refused.value)) == (field, message)


@given(
    st.dictionaries(
        st.sampled_from([definition.key for definition in ASKED]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=1),
    )
)
def test_whatever_comes_is_stored_once_or_refused(answers: dict[str, Any]) -> None:
    """What is stored fits when it is given again."""
    try:
        stored = check_fields(ASKED, answers)
    except InvalidInput as refused:
        stored = {}
        said = str(refused)
    else:
        said = "stored"
        assert check_fields(ASKED, stored) == stored
    assert said
