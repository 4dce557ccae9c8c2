"""What AWS Glue's Python scripts import: the `awsglue` package, written afresh on plain PySpark.

It follows AWS's documentation (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html) for
Glue 5.1, and knows nothing of where it runs: S3, the catalog and the logs are reached as on any machine.
Start reading at `dynamicframe.DynamicFrame`; the work behind it is in `frame/`. What is not written yet raises
`errors.NotSupportedError` with its own name.
"""

from awsglue import bucket_roots, studio
from awsglue.connectors import named
from awsglue.dynamicframe import DynamicFrame

__all__ = ["DynamicFrame"]

bucket_roots.install()
named.install()
studio.install()
