"""Files with a form of their own: manifests, notebooks, diffs, calls of tools."""
