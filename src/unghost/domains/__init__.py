"""Kinds of names that models invent: what a domain is, packages, and those that a user declares."""
