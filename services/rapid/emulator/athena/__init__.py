"""Amazon Athena on DuckDB."""
