"""What `sql/` declares: tables and columns, the words of each engine, canned queries."""
