"""What signs and sheets are drawn with: boxes in millimetres, type, outlines, shapes, pictures."""
