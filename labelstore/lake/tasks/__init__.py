"""What many processes do for a load: each reads its splits and writes Parquet files, which a commit names later."""
