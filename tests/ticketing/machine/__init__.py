"""The state machine that holds the desk to a model of it, by kind of rule."""
