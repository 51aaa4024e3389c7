"""What tags and a category's own questions are called."""

ANSWER = "{label}: {answer}."
TAGS = "Tags: {tags}."
PROBLEM = "Part of problem {problem}."

TAGS_TITLE = "Tags of #{number}"
TAGS_LABEL = "Tags"
TAGS_HINT = "Separated by commas. Only the team sees them."
TAGS_SUBMIT = "Save tags"
TAGS_IN_USE = "In use: {tags}."

FIELDS_TITLE = "Fields of #{number}"
FIELDS_NONE = "This category asks nothing besides."
