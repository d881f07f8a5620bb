"""The command line of a checkout: hands over to `labelstore.cli`."""

from labelstore.cli import main

main()
