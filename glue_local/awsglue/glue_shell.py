"""What an interactive Glue shell begins with: `sc` and `glueContext`."""

from pyspark.context import SparkContext

from awsglue.context import GlueContext

sc = SparkContext.getOrCreate()
glueContext = GlueContext(sc)  # noqa: N816 - AWS's name
welcome_msg = "A SparkContext is available as sc, a GlueContext as glueContext."
