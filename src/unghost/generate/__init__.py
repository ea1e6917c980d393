"""Asking models: local ones by transformers, others by an OpenAI-compatible endpoint."""
