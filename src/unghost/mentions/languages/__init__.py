"""Imports of each language: where one may be, and what the nodes there name."""
