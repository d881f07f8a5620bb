"""The tables of a store on a Spark cluster; pyspark is imported only here.

views      the views of a store in Spark SQL, over its tables as DataFrames
"""

from labelstore.spark.views import create_views

__all__ = ["create_views"]
