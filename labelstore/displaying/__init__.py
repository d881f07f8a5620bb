"""Rows as Python shows them: tables of text for a prompt, of HTML for a notebook."""
