"""The control API: being a person, looking at what a person sees, breaking things, moving time (control-api.md)."""
