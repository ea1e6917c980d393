"""Reading files that anybody may have put there."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_file(path: Path, limit: int) -> bytes | str:
    """Read a file that anybody may have put there.

    Args:
        path: The file.
        limit: Bytes that are read at most.

    Returns:
        Its bytes, or in words why it was not read: a device or a pipe could be read for ever.
    """
    try:
        # Without O_NONBLOCK the opening of a pipe waits for somebody to write.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            return "it is no plain file"
        with os.fdopen(number, "rb", buffering=0) as file:
            parts, left = [], limit
            while left > 0 and (part := file.read(min(left, 1 << 24))):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
    except OSError as error:
        return error.strerror or str(error)
