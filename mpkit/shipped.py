"""What ships beside the code (app, theme, designs, screen fonts): a name comes in, the path of that piece goes out."""

from __future__ import annotations

from pathlib import Path

INSTALLED = "_shipped"  # where pyproject.toml's force-include lays the pieces inside the wheel

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The absolute path of a shipped piece (`templates`, `app.py`, `.streamlit/config.toml`), a folder or a file.

    The installed package's own copy is looked for first: in a site-packages folder the place beside `mpkit/`
    belongs to others. Raises `FileNotFoundError` where neither holds the piece: the installation is damaged.
    """
    for root in (_HERE / INSTALLED, _HERE.parent):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(name)
