"""A lake: the tables of a store as Parquet files in a folder or bucket, which Delta describes."""
