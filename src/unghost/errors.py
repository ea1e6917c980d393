"""The one exception that unghost raises on purpose."""

from __future__ import annotations


class UnghostError(Exception):
    """Something that the user can mend: one line that says what is wrong and what to do.

    The command line prints the message and exits with 2; a traceback is shown only with
    ``--debug``.
    """
