"""A design, a dress and a language come in; the texts of each sign go out, set into their boxes.

What signs of one kind share is set once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mpkit.kit.drawing.boxes import Box, CodeBox, TextBox
from mpkit.kit.drawing.family import OURS
from mpkit.kit.drawing.type import Setting, UnfitText, clean, fit
from mpkit.kit.signs.brand import Dress, dress
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.subject import Kind, Piece, kind, own_words, shared_words


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of a design's signs in one language and dress."""

    design: Design
    language: str
    worn: Dress = field(default_factory=dress)
    _shared: dict[Kind, Mapping[TextBox, Setting]] = field(default_factory=dict)
    _own: dict[Kind, Sequence[TextBox]] = field(default_factory=dict)

    def shared(self, of: Kind) -> Mapping[TextBox, Setting]:
        """The texts all signs of a kind share; raises `UnfitText` where one cannot be set."""
        if of not in self._shared:
            said = {**shared_words(of, self.language), "tagline": self.worn.tagline, "footnote": self.worn.footnote}
            boxes = [box for box in self.design.texts if not box.variable and self.meant(box, of)]
            texts = ((box, clean(box.text.format(**said), self.worn.family)) for box in boxes)
            self._shared[of] = {box: fit(text, box, self.worn.family) for box, text in texts if text}
        return self._shared[of]

    def own(self, piece: Piece) -> list[tuple[TextBox, Setting]]:
        """The texts of one sign alone; raises `UnfitText` where one cannot be set."""
        of = kind(piece.subject)
        if of not in self._own:
            self._own[of] = [box for box in self.design.texts if box.variable and self.meant(box, of)]
        said = own_words(piece)
        if any(box.names - said.keys() for box in self._own[of]):
            said = {**shared_words(of, self.language), **said}
        family = self.worn.family
        texts = ((box, " ".join(box.text.format(**said).split())) for box in self._own[of])
        if family is not OURS:  # the words themselves were held against our own letters
            texts = ((box, clean(text, family)) for box, text in texts)
        return [(box, fit(text, box, family)) for box, text in texts if text]

    def settings(self, piece: Piece) -> dict[TextBox, Setting]:
        """Every text of a sign; raises `UnfitText` where one cannot be set."""
        return {**self.shared(kind(piece.subject)), **dict(self.own(piece))}

    def unfit(self, piece: Piece) -> UnfitText | None:
        """Why the sign cannot be set, or None."""
        try:
            self.shared(kind(piece.subject))
            self.own(piece)
        except UnfitText as reason:
            return reason
        return None

    def meant(self, box: Box, of: Kind) -> bool:
        """Whether every condition of a box holds for signs of a kind in this dress."""
        if isinstance(box, CodeBox):
            return True
        holds = {"rehearsal": of.test, "real": not of.test, "address": of.addressed, "noaddress": not of.addressed}
        return all(holds.get(one, self.worn.meant(one)) for one in box.only)
