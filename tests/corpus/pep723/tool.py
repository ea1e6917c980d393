#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "daginem-rosanov<3",
#   "rich",
#   "kivunam-dipovip[fast]",
#   # "commented-in-header",
# ]
# [tool.uv]
# exclude-newer = "2024-01-01T00:00:00Z"
# ///
# dependencies = ["not-in-header"]
import sys
