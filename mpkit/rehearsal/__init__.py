"""The rehearsal: what buyers, colleagues and bad days do to a sandbox on this machine, and what it shows of it."""

from mpkit.rehearsal.acts import ACTS, FAULTS, VERY_BAD_DAY, play
from mpkit.rehearsal.game import House
from mpkit.rehearsal.scene import BadDay, Scene, Shop, Till, ahead, kept, look, playing
from mpkit.rehearsal.stage import Stage, opened, playable

__all__ = [
    "ACTS",
    "FAULTS",
    "VERY_BAD_DAY",
    "BadDay",
    "House",
    "Scene",
    "Shop",
    "Stage",
    "Till",
    "ahead",
    "kept",
    "look",
    "opened",
    "play",
    "playable",
    "playing",
]
