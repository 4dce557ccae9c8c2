"""AWS Glue: jobs, workflows, triggers and the Data Catalog."""
