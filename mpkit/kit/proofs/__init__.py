"""A finished file is read again: each code decoded, graded and compared."""
