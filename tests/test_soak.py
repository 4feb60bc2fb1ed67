"""The runner of the bars: counts, slices and the table."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

BARS = '''
import time, pytest

def test_counted(bar):
    """Numbers stay numbers."""
    for seed in bar.rounds(stated=50, reduced=3):
        time.sleep({pause})
    bar.saw(f"last seed {{seed}}")

def test_empty(bar):
    pass

@pytest.mark.soak
def test_whole():
    assert True

def test_long(bar):
    rounds = list(bar.rounds(stated=50, reduced=3))
    bar.saw("begun")
    time.sleep({long})
'''


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # only ours and the time limit: quick to start
    pytester.makeini("[pytest]\nmarkers =\n  soak: a bar\n")

    def runner(*options: str, pause: float = 0.0, long: float = 0.0) -> tuple[pytest.RunResult, str]:
        pytester.makepyfile(test_bars=BARS.format(pause=pause, long=long))
        result = pytester.runpytest_subprocess("-p", "tests.soak", "-p", "pytest_timeout", *options)
        table = pytester.path / "out/soak.md"
        return result, table.read_text() if table.exists() else ""

    return runner


def test_tests_run_the_reduced_count_and_write_no_table(run):
    result, table = run("-m", "not soak", "-k", "counted")
    result.assert_outcomes(passed=1, deselected=3)
    assert table == ""


def test_the_soak_runs_the_stated_count(run):
    result, table = run("-m", "soak or bar", "--soak-table", "out/soak.md", "-k", "counted or whole")
    result.assert_outcomes(passed=2, deselected=2)
    assert "| Numbers stay numbers. | 50 of 50 | last seed 49 | held |" in table
    assert "| whole | - |  | held |" in table


def test_a_slice_stops_between_the_reduced_and_the_stated_count_and_says_so(run):
    _, table = run("-m", "soak or bar", "--soak-table", "out/soak.md", "--slice", "1s", pause=0.12)
    (line,) = [line for line in table.splitlines() if "Numbers" in line]
    rounds = int(line.split("|")[2].split()[0])
    assert 3 <= rounds < 50
    assert "held" in line


def test_a_bar_that_asks_nobody_is_cut_off_at_the_end_of_the_slice(run):
    begun = time.monotonic()
    result, table = run("--soak-table", "out/soak.md", "--slice", "1s", "-k", "long or counted", long=100.0, pause=0.01)
    assert time.monotonic() - begun < 60
    result.assert_outcomes(passed=1, skipped=1, deselected=2)
    (line,) = [line for line in table.splitlines() if "| long |" in line]
    assert "| cut off at the end of the slice; begun | not run |" in line


def test_a_bar_cut_off_in_its_first_round_is_not_run_and_no_error(run):
    result, table = run("--soak-table", "out/soak.md", "--slice", "1s", "-k", "counted", pause=100.0)
    result.assert_outcomes(skipped=1, deselected=3)
    assert "| 0 of 50 | cut off at the end of the slice | not run |" in table


def test_a_bar_without_rounds_holds_nothing(run):
    result, table = run("--soak-table", "out/soak.md", "-k", "empty")
    result.assert_outcomes(passed=1, errors=1, deselected=3)
    assert "FAILED" in table


def test_a_slice_that_is_over_starts_nothing_whole(run):
    result, table = run("-m", "soak or bar", "--soak-table", "out/soak.md", "--slice", "0", "-k", "whole")
    result.assert_outcomes(skipped=1, deselected=3)
    assert "not run" in table


def test_a_bar_measured_alone_leaves_the_lines_of_the_others(run):
    run("-m", "soak or bar", "--soak-table", "out/soak.md", "-k", "counted")
    _, table = run("-m", "soak or bar", "--soak-table", "out/soak.md", "-k", "whole")
    assert "| Numbers stay numbers. | 50 of 50 |" in table
    assert "| whole | - |" in table
    file = Path("out/soak.md")
    file.write_text(table.replace("test_counted", "test_that_is_gone"))
    _, table = run("-m", "soak or bar", "--soak-table", "out/soak.md", "-k", "whole")
    assert "Numbers" not in table
    assert table.count("| whole |") == 1
