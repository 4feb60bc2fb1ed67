"""Registers become paper: symbol, sign, sheet, book and proof. Nothing leaves without its proof."""

from mpkit.kit.books.book import Book, Order, make
from mpkit.kit.books.manifest import Manifest
from mpkit.kit.books.preview import preview_png
from mpkit.kit.printing.paper import Paper, fitting
from mpkit.kit.printing.papers import paper, papers
from mpkit.kit.proofs.proof import Expected, Failure, Proof, proof
from mpkit.kit.signs.brand import Brand, Dress, Mood, Remark, brand, dress, mood, moods, worn
from mpkit.kit.signs.design import Design, design, designs
from mpkit.kit.signs.ready import Reads, prepare, reads, smallest
from mpkit.kit.signs.subject import Piece, Refusal, Subject

__all__ = [
    "Book",
    "Brand",
    "Design",
    "Dress",
    "Expected",
    "Failure",
    "Manifest",
    "Mood",
    "Order",
    "Paper",
    "Piece",
    "Proof",
    "Reads",
    "Refusal",
    "Remark",
    "Subject",
    "brand",
    "design",
    "designs",
    "dress",
    "fitting",
    "make",
    "mood",
    "moods",
    "paper",
    "papers",
    "prepare",
    "preview_png",
    "proof",
    "reads",
    "smallest",
    "worn",
]
