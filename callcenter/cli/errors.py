"""The one exception the command line turns into a line of text."""


class CommandError(Exception):
    """What went wrong and what to do, in one plain line (or one line for each fault)."""
