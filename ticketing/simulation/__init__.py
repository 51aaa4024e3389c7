"""
A month in minutes: arrivals, agents with shifts and customers with habits play through the real desk.

The scenario says who does what; `play` moves a clock of its own from one event to the next and runs the desk's own steps
when they are due, as the bot does. The same scenario and seed give the same month.
"""

from ticketing.simulation.play import Alert, Played, play
from ticketing.simulation.scenario import Arrival, Habits, Scenario, SimulatedAgent, made_up, recorded

__all__ = [
    "Alert",
    "Arrival",
    "Habits",
    "Played",
    "Scenario",
    "SimulatedAgent",
    "made_up",
    "play",
    "recorded",
]
