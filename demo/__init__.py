"""The demo: a workspace, the real bot in it, and a few tickets to look at."""
