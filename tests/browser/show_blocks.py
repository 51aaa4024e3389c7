"""Every block and element that the browser client draws, as a Bolt app would post them."""

from typing import Any

Block = dict[str, Any]

AT = 1_795_440_000
"""Mon 23 Nov 2026 13:20 in UTC."""
DUE = f"<!date^{AT + 3600}^by {{date_short_pretty}} at {{time}}|by 14:20>"


def plain(text: str) -> Block:
    """A plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str | None = None) -> Block:
    """An option object."""
    return {"text": plain(text), "value": value, **({"description": plain(description)} if description else {})}


def button(text: str, action_id: str, **more: Any) -> Block:
    """A button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": action_id, **more}


CONFIRM: Block = {
    "title": plain("Withdraw ticket 42?"),
    "text": mrkdwn("Nobody will work on *#42* any more."),
    "confirm": plain("Withdraw"),
    "deny": plain("Keep it"),
    "style": "danger",
}
OVERFLOW: Block = {
    "type": "overflow",
    "action_id": "more",
    "options": [
        option("Add note", "note"),
        option("Merge", "merge"),
        option("Why", "why"),
        option("More actions", "all"),
    ],
}
CATEGORIES = [
    option("Billing", "billing", "Invoices and payments"),
    option("Technical", "technical"),
    option("Account", "account"),
]


def card() -> list[Block]:
    """A ticket's card, as in a triage channel."""
    return [
        {
            "type": "section",
            "block_id": "card",
            "text": mrkdwn(
                "*#42 Cannot open the invoice*\n*Waiting for an agent* since "
                f"<!date^{AT}^{{time}}|13:20>. High, billing. First answer due {DUE}.\n"
                "Nobody can take it: Jo is full, Amir is away."
            ),
        },
        {
            "type": "section",
            "block_id": "said",
            "text": mrkdwn("&gt; Since this morning the PDF opens blank.\n&gt; I use Firefox &amp; Windows."),
        },
        {
            "type": "context",
            "elements": [mrkdwn("This thread is for the team. Nothing here reaches Mara unless you press Reply.")],
        },
        {
            "type": "actions",
            "block_id": "press",
            "elements": [
                button("Claim", "claim", style="primary", accessibility_label="Claim ticket 42"),
                button("Assign", "assign"),
                button("Withdraw", "withdraw", style="danger", confirm=CONFIRM),
                OVERFLOW,
            ],
        },
    ]


RICH_TEXT: Block = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich text: "},
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": ", "},
                {"type": "text", "text": "italic", "style": {"italic": True}},
                {"type": "text", "text": ", "},
                {"type": "text", "text": "struck", "style": {"strike": True}},
                {"type": "text", "text": ", "},
                {"type": "text", "text": "code()", "style": {"code": True}},
                {"type": "text", "text": ", "},
                {"type": "link", "url": "https://example.com/help", "text": "a link"},
                {"type": "text", "text": " "},
                {"type": "emoji", "name": "tada"},
                {"type": "text", "text": " "},
                {"type": "user", "user_id": "U0MARA0001"},
                {"type": "text", "text": " in "},
                {"type": "channel", "channel_id": "C0SUPPORT1"},
                {"type": "text", "text": " "},
                {"type": "broadcast", "range": "here"},
                {"type": "text", "text": ", "},
                {"type": "date", "timestamp": AT, "format": "{date_long} at {time}", "fallback": "23 Nov"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "Look at the file"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "Open it again"}]},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "In another browser"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "It opens blank."}]},
        {
            "type": "rich_text_preformatted",
            "elements": [{"type": "text", "text": "GET /invoice/31\n500 Internal Server Error"}],
        },
    ],
}


def showcase(base_url: str) -> list[Block]:
    """The other blocks of a message."""
    return [
        {"type": "header", "text": plain("All kinds of blocks :ticket:")},
        {
            "type": "section",
            "block_id": "fields",
            "text": mrkdwn("A section with *fields* and an image"),
            "fields": [
                mrkdwn("*Customer*\nMara Lindt"),
                mrkdwn("*Tier*\nPremium"),
                mrkdwn("*Status*\n~Open~ Resolved"),
                plain("Plain text"),
            ],
            "accessory": {"type": "image", "image_url": f"{base_url}icon.svg", "alt_text": "A mark"},
        },
        {"type": "divider"},
        RICH_TEXT,
        {
            "type": "section",
            "block_id": "select",
            "text": mrkdwn("Give it to somebody"),
            "accessory": {"type": "users_select", "action_id": "person", "placeholder": plain("Choose a person")},
        },
        {
            "type": "actions",
            "block_id": "pickers",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "category",
                    "placeholder": plain("Choose a category"),
                    "options": CATEGORIES,
                },
                {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
                {"type": "timepicker", "action_id": "time", "initial_time": "09:30"},
                {"type": "radio_buttons", "action_id": "size", "options": [option("Small", "s"), option("Large", "l")]},
            ],
        },
        {
            "type": "context",
            "elements": [
                {"type": "image", "image_url": f"{base_url}icon.svg", "alt_text": "A mark"},
                mrkdwn("Context with `code`, <https://example.com|a link> and :white_check_mark:"),
            ],
        },
        {
            "type": "image",
            "image_url": f"{base_url}icon.svg",
            "alt_text": "The mark of the workspace",
            "title": plain("An image"),
        },
    ]


def form(*, chosen: str | None = None) -> Block:
    """A modal with every kind of input. Once a category is chosen it asks for more, as a ticket form does."""
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": "subject",
            "label": plain("Subject"),
            "hint": plain("In one line."),
            "element": {"type": "plain_text_input", "action_id": "subject", "max_length": 150},
        },
        {
            "type": "input",
            "block_id": "description",
            "optional": True,
            "label": plain("Description"),
            "hint": plain("Add the invoice afterwards." if chosen == "billing" else "What happened?"),
            "element": {"type": "plain_text_input", "action_id": "description", "multiline": True, "max_length": 3000},
        },
        {
            "type": "input",
            "block_id": "category",
            "dispatch_action": True,
            "label": plain("Category"),
            "element": {
                "type": "static_select",
                "action_id": "category",
                "placeholder": plain("Choose a category"),
                "options": CATEGORIES,
            },
        },
    ]
    if chosen:
        blocks.append(
            {
                "type": "input",
                "block_id": f"more-{chosen}",
                "optional": True,
                "label": plain("Invoice number" if chosen == "billing" else "Which page?"),
                "element": {"type": "plain_text_input", "action_id": "number"},
            }
        )
    priorities = [
        option("Low: when you can", "1"),
        option("Medium: my usual work", "2"),
        option("High: I am blocked", "3"),
    ]
    blocks += [
        {
            "type": "input",
            "block_id": f"priority-{chosen or 'any'}",
            "label": plain("Priority"),
            "element": {
                "type": "static_select",
                "action_id": "priority",
                "options": priorities,
                "initial_option": priorities[2 if chosen == "billing" else 1],
            },
        },
        {"type": "context", "elements": [mrkdwn(f"You will have an answer {DUE}.")]},
    ]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("New ticket"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }


def everything() -> Block:
    """A modal with the rest of the inputs."""
    kinds: list[tuple[str, Block]] = [
        ("Email", {"type": "email_text_input"}),
        ("Address", {"type": "url_text_input"}),
        ("Number", {"type": "number_input", "is_decimal_allowed": False}),
        ("Day", {"type": "datepicker"}),
        ("Time", {"type": "timepicker"}),
        ("Moment", {"type": "datetimepicker"}),
        (
            "Checks",
            {"type": "checkboxes", "options": [option("Tell me", "tell", "By message"), option("Urgent", "urgent")]},
        ),
        ("Choice", {"type": "radio_buttons", "options": [option("Yes", "yes"), option("No", "no")]}),
        ("Skills", {"type": "multi_static_select", "options": CATEGORIES}),
        ("Agent", {"type": "users_select"}),
        ("Channel", {"type": "channels_select"}),
        ("Place", {"type": "multi_conversations_select"}),
        ("Ticket", {"type": "external_select", "min_query_length": 1, "placeholder": plain("Find a ticket")}),
    ]
    blocks = [
        {
            "type": "input",
            "block_id": f"b{at}",
            "optional": True,
            "label": plain(label),
            "element": {"action_id": f"a{at}", **element},
        }
        for at, (label, element) in enumerate(kinds)
    ]
    return {
        "type": "modal",
        "callback_id": "everything",
        "title": plain("Every input"),
        "submit": plain("Save"),
        "blocks": blocks,
    }


def home() -> Block:
    """App Home."""
    rows = [(42, "Cannot open the invoice", "Amir is working on it."), (39, "Login loops", "Waiting for you.")]
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Your tickets")},
            {
                "type": "actions",
                "block_id": "new",
                "elements": [button("New ticket", "new", style="primary"), button("Refresh", "refresh")],
            },
            {"type": "divider"},
            *(
                {
                    "type": "section",
                    "block_id": f"row-{number}",
                    "text": mrkdwn(f"*#{number} {subject}.*\n{state}"),
                    "accessory": button("Open", "open", accessibility_label=f"Open ticket {number}"),
                }
                for number, subject, state in rows
            ),
            {"type": "context", "elements": [mrkdwn("as of 14:04")]},
        ],
    }
