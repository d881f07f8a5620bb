"""Declarations and programs of rows as the compiled core takes them."""
