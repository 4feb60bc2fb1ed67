"""A register, a design and a brand become one sign, or a refusal by name."""
