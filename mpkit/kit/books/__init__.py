"""Registers become books with a manifest, and nothing leaves without its proof."""
