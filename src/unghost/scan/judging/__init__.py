"""From candidates to findings: what is known of them, which rules they break, what to ignore."""
