"""Domains: kinds of names that models invent, each with its questions, find and verify."""
