"""Our measurement as a task of lm-eval: ``lm-eval run --tasks unghost_packages``.

``--include_path`` wants this folder: ``python -c "import unghost.harness as h; print(h.FOLDER)"``.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
"""The folder of the task's definition."""
