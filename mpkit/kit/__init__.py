"""Registers become paper: symbol, sign, sheet, book and proof. Nothing leaves without its proof."""

from mpkit.kit.book import Book, Order, make, prepare
from mpkit.kit.design import Design, design, designs
from mpkit.kit.manifest import Manifest
from mpkit.kit.paper import Paper, paper, papers
from mpkit.kit.preview import preview_png
from mpkit.kit.proof import Expected, Failure, Proof, proof
from mpkit.kit.subject import Piece, Refusal, Subject

__all__ = [
    "Book",
    "Design",
    "Expected",
    "Failure",
    "Manifest",
    "Order",
    "Paper",
    "Piece",
    "Proof",
    "Refusal",
    "Subject",
    "design",
    "designs",
    "make",
    "paper",
    "papers",
    "prepare",
    "preview_png",
    "proof",
]
