"""A Hive metastore that is the Glue Data Catalog: what `--enable-glue-datacatalog` gives Spark.

On AWS a patched Hive client in the JVM calls Glue. Here Spark's own Hive client stays as it is and talks Thrift to this
server, which runs in the job's Python process, keeps nothing, and answers every call from the Glue API.
Start reading at `server`, then `handler`; `convert` holds the correspondence of Hive's structures and Glue's.
What AWS's client does (errors, limits, who deletes data): its published source,
https://github.com/awslabs/aws-glue-data-catalog-client-for-apache-hive-metastore (read 2026-11).
"""
