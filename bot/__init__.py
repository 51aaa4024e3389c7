"""Everything that knows Slack, and the process that runs it."""
