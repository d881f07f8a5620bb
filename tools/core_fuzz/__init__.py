"""Looks for inputs on which the compiled core crashes or breaks its word; docs/explanation/compiled-core.md."""
