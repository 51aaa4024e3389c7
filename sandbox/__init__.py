"""A Slack workspace on localhost. It knows no tickets."""
