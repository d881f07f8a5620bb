"""What the records of a load supersede: sets of rows by SQL, what is left as in a store."""
