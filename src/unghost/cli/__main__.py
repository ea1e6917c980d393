"""``python -m unghost.cli``."""

from __future__ import annotations

from unghost.cli import main

main()
