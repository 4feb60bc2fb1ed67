"""Who has not answered yet: files of before, regions and names whose branches no file of the run names."""

from dataclasses import replace

import pytest

from mpkit import branches
from mpkit.branches import Origin, Source, Unanswered
from tests.branches.test_listing import SHOP


@pytest.fixture
def listed(store, clock):
    def shop(n, region="", closed=False):
        return replace(SHOP, external_id=str(n), own_id=str(n), name=f"Local {n}", region=region, closed=closed)

    parts = {
        "norte.csv": [shop(1, "Norte"), shop(2, "Norte")],
        "sur.xlsx": [shop(3, "Sur"), shop(4, "Cuyo"), shop(5, closed=True)],
    }
    sources = [Source(Origin("file", "ana", file), tuple(shops)) for file, shops in parts.items()]
    branches.propose_all(store, "7", sources, clock=clock)
    return branches.listed(store, "7")


AT = "2026-03-01T00:00:00+00:00"


def test_files_and_regions_that_are_missing(listed):
    assert branches.unanswered(listed, ["Norte.XLSX", "otro.csv"], {"1", "2"}) == (
        Unanswered("file", "sur.xlsx", 2, 2, ("Local 3", "Local 4"), AT),
        Unanswered("region", "Cuyo", 1, 1, ("Local 4",)),
        Unanswered("region", "Sur", 1, 1, ("Local 3",)),
    )


def test_a_file_under_another_name_answers_for_what_it_names(listed):
    told = branches.unanswered(listed, ["norte.csv", "nuevo.csv"], {"1", "2", "3"})
    assert [(one.kind, one.name, one.branches, one.missing) for one in told] == [
        ("file", "sur.xlsx", 2, 1),
        ("region", "Cuyo", 1, 1),
    ]
    assert branches.unanswered(listed, ["a.csv", "b.csv"], {"1", "2", "3", "4"}) == ()


def test_one_file_is_no_collection(listed):
    assert branches.unanswered(listed, ["a.csv"], {"1"}) == ()


def test_names_somebody_waits_for(listed):
    told = branches.unanswered(
        listed, ["Zona Oeste 2026.csv"], {"1", "2", "3", "4"}, ["oeste", "Norte", "Patagonia", " "]
    )
    assert told == (Unanswered("expected", "Patagonia"),)
    assert branches.unanswered((), [], (), ["Norte"]) == (Unanswered("expected", "Norte"),)
