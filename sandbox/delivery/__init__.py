"""How payloads reach the app: over Socket Mode or as signed HTTP requests."""
