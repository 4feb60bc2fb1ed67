"""`python -m mpkit` is `mpkit`."""

from mpkit.cli import main

if __name__ == "__main__":
    main()
