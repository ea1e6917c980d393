"""Files and texts to findings: what `unghost scan`, the hook and the MCP server stand on."""
