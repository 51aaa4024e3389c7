"""Block Kit as Slack checks it, and what a person can fill in."""
