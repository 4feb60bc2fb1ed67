"""Registers become paper: symbol, sign, sheet, book and proof. Nothing leaves without its proof."""

from mpkit.kit.book import Book, Order, make
from mpkit.kit.brand import Brand, Dress, Mood, Remark, brand, dress, mood, moods, worn
from mpkit.kit.design import Design, design, designs
from mpkit.kit.manifest import Manifest
from mpkit.kit.paper import Paper, fitting
from mpkit.kit.papers import paper, papers
from mpkit.kit.preview import preview_png
from mpkit.kit.proof import Expected, Failure, Proof, proof
from mpkit.kit.ready import Reads, prepare, reads, smallest
from mpkit.kit.subject import Piece, Refusal, Subject

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
