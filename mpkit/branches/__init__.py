"""The list: the branches and registers a merchant wants, each value with where it came from."""

from mpkit.branches.listing import Change, Listed, Origin, Proposed, Wanted, listed, propose, wanted

__all__ = ["Change", "Listed", "Origin", "Proposed", "Wanted", "listed", "propose", "wanted"]
