from __future__ import annotations

import sys
from pathlib import Path

# The helpers beside this file are also imported by freshly started processes.
sys.path.insert(0, str(Path(__file__).parent))
