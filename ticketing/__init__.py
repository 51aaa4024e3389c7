"""The ticketing core: people, tickets, time and a database. It knows no Slack."""
