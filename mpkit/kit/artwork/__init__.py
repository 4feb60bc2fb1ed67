"""A merchant's own artwork: a PDF or SVG goes in, what is on it, advice and a design like any other come out.

`examining` asks a limited child (`child`), which alone opens a stranger's file: `reading` PDFs, `svg` drawings, `slots`
the codes on them, `fields` the texts, `colours` what they are printed with. `advice` says what would go wrong, `design`
keeps the artwork among the designs.
"""

from mpkit.kit.artwork.examining import LARGEST, Code, Examined, examine, examine_all, form_of

__all__ = ["LARGEST", "Code", "Examined", "examine", "examine_all", "form_of"]
