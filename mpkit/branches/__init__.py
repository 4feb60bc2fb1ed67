"""The list: the branches and registers a merchant wants, each value with where it came from."""

from mpkit.branches.listing import Change, Listed, Origin, Proposed, Wanted, listed, propose, wanted
from mpkit.branches.rows import stamp

__all__ = ["Change", "Listed", "Origin", "Proposed", "Wanted", "listed", "propose", "stamp", "wanted"]
