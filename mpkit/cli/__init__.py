"""The command line: arguments in, one answer on stdout and an exit code out; each command is a file beside this one.

A command's file has a function `command` (or, where the command has several verbs, a typer `app`) and is imported only
when it is asked for: `mpkit --help` reads the first lines of the files and nothing else.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

_HERE = Path(__file__).parent


def _file(name: str) -> Path:
    return _HERE / f"{name.replace('-', '_')}.py"


def _is_command(file: Path) -> bool:
    """Whether a file has a `command` or an `app`, read and not imported; the others are what commands share."""
    return any(
        (isinstance(node, ast.FunctionDef) and node.name == "command")
        or (isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "app" for t in node.targets))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
    )


class _Commands(TyperGroup):
    """Finds the commands by their files."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the library's own signature
        return sorted(file.stem.replace("_", "-") for file in _HERE.glob("*.py") if _is_command(file))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - the library's own signature
        if not cmd_name.replace("-", "").isalnum() or not _file(cmd_name).exists() or not _is_command(_file(cmd_name)):
            return None
        module = import_module(f"mpkit.cli.{_file(cmd_name).stem}")
        app = getattr(module, "app", None)
        if app is None:
            app = _typer()
            app.command(cmd_name)(module.command)
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the library's own signature
        lines = [(name, _first_line(_file(name))) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(lines)


def _first_line(file: Path) -> str:
    """The first line of a file's docstring, without importing the file."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


def _typer(**values: Any) -> typer.Typer:  # noqa: ANN401 - typer's own options
    """A typer app as we have them: plain help, and no library's traceback, which would show every variable."""
    return typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, **values
    )


def _version(asked: bool) -> None:
    if asked:
        from mpkit import __version__  # noqa: PLC0415

        print(f"mpkit {__version__}")
        raise typer.Exit


def _program() -> Any:  # noqa: ANN401 - the library names no public type for it
    app = _typer(cls=_Commands, name="mpkit")

    @app.callback()
    def choose(
        account: Annotated[str, typer.Option(help="which of several accounts: user id or nickname")] = "",
        version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,  # noqa: ARG001
    ) -> None:
        """A spreadsheet of branches in; stores, registers, proven QR signs and a sales dashboard out."""
        from mpkit.cli import console  # noqa: PLC0415

        console.choose_account(account)

    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 done, 1 refused, 2 wrong usage, 3 look at it, 130 interrupted."""
    try:
        code = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:  # before the face stood: while the first rooms were still being read
        from mpkit.cli import console  # noqa: PLC0415 - the help needs none of it

        console.say("cli_interrupted")
        code = console.INTERRUPTED
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code."""
    from mpkit.cli import console  # noqa: PLC0415 - the help needs none of it

    def work() -> int:
        console.refuse_no_text(arguments)
        code = _program().main(args=list(arguments), prog_name="mpkit", standalone_mode=False)
        if code == console.INTERRUPTED:  # the library turns Ctrl-C into an exit of its own
            raise KeyboardInterrupt
        return int(code or console.DONE)

    return console.face(work)
