"""unghost takes the ghosts out of language models.

Package names that sound real and do not exist.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from unghost.errors import UnghostError
from unghost.version import __version__

__all__ = [
    "Checked",
    "Completion",
    "Finding",
    "Mention",
    "Prompt",
    "Report",
    "UnghostError",
    "Verdict",
    "__version__",
    "check_names",
    "scan_paths",
    "scan_text",
]

if TYPE_CHECKING:
    from unghost.api import check_names, scan_paths, scan_text
    from unghost.records import Completion, Mention, Prompt, Verdict
    from unghost.scan.checking import Checked
    from unghost.scan.finding import Finding, Report
else:
    _HOMES = {
        "unghost.records": ("Completion", "Mention", "Prompt", "Verdict"),
        "unghost.scan.checking": ("Checked",),
        "unghost.scan.finding": ("Finding", "Report"),
        "unghost.api": ("check_names", "scan_paths", "scan_text"),
    }

    def __getattr__(name):
        """Return what is public; what needs none of it need not wait until all of it is made."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
