"""The sandbox, tested through the official SDK and Bolt."""
