"""unghost takes the ghosts out of language models.

Package names that sound real and do not exist.
"""

from __future__ import annotations

from unghost.errors import UnghostError
from unghost.records import Completion, Mention, Prompt, Verdict

__version__ = "0.1.0"

__all__ = ["Completion", "Mention", "Prompt", "UnghostError", "Verdict", "__version__"]
