"""Athena SQL (engine version 3, which is Trino) compiled to DuckDB SQL: pure functions, SQL in, SQL out.

Every construct is compiled by name and typed as Trino types it; what has no rule here fails with Athena's error, it is
never passed through. Start reading at `compiler.compile_query`; the functions Trino offers are listed in `functions`.
"""
