"""`python -m server.cli` does what `wangge` does."""

from server.cli import main

main()
