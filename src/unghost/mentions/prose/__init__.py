"""Prose by people and models: Markdown, its sentences, its lists."""
