"""mpkit: a spreadsheet of branches in; stores, registers, proven QR signs and a sales dashboard out."""

__version__ = "0.1.0"
