"""What reports and the daily digest say."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY = "{weekday} {day} {month}"
DAYS = "{first} to {last} {year}"
ONE_DAY = "{day} {year}"

REPORT_HEAD = "*{days}.*"
FIGURES = "{opened:,} opened, {resolved:,} resolved, {open:,} open."
REOPENED = ("{count} came back.", "{count:,} came back.")
KEPT_BOTH = "First answers met {first}, solutions {solutions}."
KEPT_FIRST = "First answers met {first}."
KEPT_SOLUTIONS = "Solutions met {solutions}."
HELPFUL = "Rated helpful: {share}."
TOOK_FIRST = "First answer: half within {p50}, nine in ten within {p90}."
TOOK_SOLUTION = "Solution: half within {p50}, nine in ten within {p90}."
BY_PRIORITY = "*By priority*"
BY_CATEGORY = "*By category*"
BY_AGENT = "*By agent*"
KEPT_ROW = "{name}: first answers {first}, solutions {solutions}"
AGENT_ROW = "{name}: {resolved:,} resolved, first answers {first}, solutions {solutions}"
AGENT_LOAD = ", {load:,} held"
AGENT_HELPFUL = ", rated helpful {helpful}"
NOTHING_JUDGED = "none due"
MORE_ROWS = "and {count:,} more"
TIMES_NOTE = "Times are working time, without waiting for customers."
SEND_CSV_SPOKEN = "Send the tickets of this report as CSV"
ON_ITS_WAY = "The report for {days} comes as a message from the app."
CSV_ON_ITS_WAY = "The tickets of {days} come as a file from the app."
CSV_SAYS = "Tickets opened {days}, one row each."
CSV_PRIVATE = (
    "{count} of a private category is only counted and not in it.",
    "{count:,} of private categories are only counted and not in it.",
)
WAIT_FOR_THEM = "{count} that you asked for are still on their way. Ask again when they are here."
BEING_COUNTED = "The report of {days} is being counted. It shows here in a moment."
NOT_SENT = {
    "report": "The report could not be sent: {why}. An admin sees to it.",
    "export": "The file could not be sent: {why}. An admin sees to it.",
}
WHY_NOT = {
    "missing_scope": "the app may not send files (scopes files:write and files:read)",
    "file_uploads_disabled": "files are switched off in this workspace",
    "upload_url_not_slacks": "Slack named a place for it that is not Slack's",
}
WHY_NOT_OF_OURS = "something failed on our side"
WHY_NOT_ELSE = "Slack refused it ({reason})"
ACT = "see reports"
CSV_NAME = "tickets-{period}.csv"

CHART_NAME = "tickets-by-day.png"
CHART_TICKETS = "Tickets"
CHART_OPENED, CHART_RESOLVED, CHART_OPEN = "opened", "resolved", "open at the end of the day"
CHART_KEPT = "Promises kept, %"
CHART_FIRST, CHART_SOLUTIONS = "first answers", "solutions"
CHART_ALT = "Chart of {days}: {opened:,} opened, {resolved:,} resolved, {open:,} open at the end. {kept}"

DIGEST_HEAD = "*{day}.* {opened:,} opened, {resolved:,} resolved, {open:,} open ({change})."
MORE_OPEN, FEWER_OPEN, AS_MANY_OPEN = "{count:,} more", "{count:,} fewer", "as many as before"
LONGEST_OPEN = "*Longest open:*"
OLD_ROW = "*#{number}* {subject}, {days}, {agent}"
OLD_UNDER_A_DAY = "under a day"
OLD_DAYS = ("{count} day", "{count:,} days")
NOBODY = "nobody"
WITHOUT_AGENT = "Nobody"
OPEN_TITLE = "Longest open"
OPEN_NONE = "Nothing is open."
OPEN_COUNT = ("{count} ticket is open.", "{count:,} tickets are open, the oldest first.")
AND_MORE = "and {count:,} more"
UNPLACED = ("{count} message nobody placed.", "{count:,} messages nobody placed.")
UNDELIVERED = ("{count} delivery failed.", "{count:,} deliveries failed.")
