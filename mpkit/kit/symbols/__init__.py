"""A payload becomes a symbol: its segments, codewords and mask, and the same for screens and receipt printers."""
