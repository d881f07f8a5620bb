"""`lake`: what is done with lakes, a module for each command."""

from labelstore.cli.sections import Section

SECTION = Section.LOAD

HELP = """Load exports into a lake of Delta tables, query it, verify it.

A lake is a folder or a place in a bucket with the tables of a store, as Delta tables that Spark, DuckDB,
Trino and others read. It needs the extra lake: pip install 'labelstore-db[lake]'.

\b
Examples:
  labelstore lake load lake/ export.ndjson
  labelstore lake query lake/ "select name, count(*) from objects group by name"
  labelstore lake verify s3://example/lake export.ndjson
  labelstore help lake query
"""
