"""Signs become pages: paper, labels, presses, the boxes and inks of a PDF."""
