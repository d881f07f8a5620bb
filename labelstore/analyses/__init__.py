"""Analyses: questions that SQL alone does not answer; each module is one, and returns plain values."""
