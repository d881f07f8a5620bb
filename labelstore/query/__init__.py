"""Questions to a store: SQL or a canned query, its parameters, and what to say when something is wrong with it."""

from labelstore.query.run import ask, ask_named

__all__ = ["ask", "ask_named"]
