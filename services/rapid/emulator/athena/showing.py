"""SHOW, DESCRIBE and EXPLAIN, with the text that Athena prints.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html (read 2026-11).
"""

import re

from rapid.emulator.athena.catalog import Structure, to_table
from rapid.emulator.athena.ddl import Definitions, failed
from rapid.emulator.athena.hive import Name, Words
from rapid.emulator.athena.results import Row, text_column
from rapid.emulator.athena.session import Session
from rapid.emulator.athena.sql.errors import SqlError


def show(session: Session, words: Words) -> None:
    """One SHOW statement."""
    definitions = Definitions(session)
    if words.accept("DATABASES") or words.accept("SCHEMAS"):
        names = [d["Name"] for d in session.catalog.databases()]
        return _lines(session, "database_name", _filtered(words, names))
    if words.accept("TABLES") or words.accept("VIEWS"):
        views = words.tokens[words.at - 1].upper == "VIEWS"
        database = words.identifier() if words.accept("IN") or words.accept("FROM") else session.database
        if not session.catalog.has_database(database):
            raise failed(f"[Error 10072]: Database does not exist: {database}")
        found = [
            t["Name"] for t in session.catalog.tables(database) if not views or t.get("TableType") == "VIRTUAL_VIEW"
        ]
        return _lines(session, "views" if views else "tab_name", _filtered(words, found))
    if words.accept("COLUMNS"):
        return _columns(session, words, definitions)
    if words.accept("PARTITIONS"):
        return _partitions(session, words, definitions)
    if words.accept("CREATE", "TABLE"):
        return _create_table(session, words, definitions)
    if words.accept("CREATE", "VIEW"):
        return _create_view(session, words, definitions)
    if words.accept("TBLPROPERTIES"):
        parameters = definitions.existing(words.name()).get("Parameters") or {}
        if words.accept("("):
            key = words.string()
            rows: list[Row] = [[parameters.get(key, f"Table does not have property: {key}"), None]]
        else:
            rows = [[k, v] for k, v in sorted(parameters.items())]
        return session.write_text([text_column("prpt_name"), text_column("prpt_value")], rows)
    if words.accept("FUNCTIONS"):
        from rapid.emulator.athena.sql.functions import names as function_names

        return _lines(session, "Function", sorted(function_names()))
    raise words.fail("'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', 'TBLPROPERTIES', 'VIEWS'")


def _lines(session: Session, column: str, lines: list[str]) -> None:
    session.write_text([text_column(column)], [[line] for line in lines])


def _filtered(words: Words, names: list[str]) -> list[str]:
    """Names that match `LIKE 'pattern'`: a regular expression in which `*` stands for anything, `|` for or."""
    words.accept("LIKE")
    if words.at < len(words.tokens) and words.tokens[words.at].kind == "string":
        pattern = re.sub(r"(?<!\.)\*", ".*", words.string())
        names = [n for n in names if re.fullmatch(pattern, n, re.IGNORECASE)]
    words.end()
    return sorted(names)


def _padded(name: str) -> str:
    return f"{name:<20}"


def _columns(session: Session, words: Words, definitions: Definitions) -> None:
    words.one_of("IN", "FROM")
    name: Name = words.name()
    if words.accept("IN") or words.accept("FROM"):
        name = words.identifier(), name[1]
    words.end()
    table = definitions.existing(name)
    columns = [*_described(table), *table.get("PartitionKeys", ())]
    _lines(session, "field", [_padded(c["Name"]) for c in columns])


def _described(table: Structure) -> list[Structure]:
    return list((table.get("StorageDescriptor") or {}).get("Columns") or [])


def _partitions(session: Session, words: Words, definitions: Definitions) -> None:
    name = words.name()
    words.end()
    table = definitions.existing(name)
    keys = [k["Name"] for k in table.get("PartitionKeys") or ()]
    if not keys:
        raise failed(f"Table {definitions.database_of(name)}.{name[1]} is not a partitioned table", "MetaException")
    found = session.catalog.partitions(definitions.database_of(name), name[1])
    _lines(session, "partition", ["/".join(f"{k}={v}" for k, v in zip(keys, p["Values"], strict=True)) for p in found])


def describe(session: Session, words: Words) -> None:
    """DESCRIBE [EXTENDED | FORMATTED] table: names, types and comments, partition keys again below."""
    if words.accept("EXTENDED") or words.accept("FORMATTED"):
        pass
    name = words.name()
    definitions = Definitions(session)
    table = definitions.existing(name)
    if words.at < len(words.tokens):
        column = words.identifier()
        words.end()
        found = [c for c in [*_described(table), *table.get("PartitionKeys", ())] if c["Name"].lower() == column]
        if not found:
            raise failed(f"cannot find field {column}", "RuntimeException")
        rows: list[Row] = [_describe_row(found[0])]
    else:
        keys = table.get("PartitionKeys") or []
        rows = [_describe_row(c) for c in [*_described(table), *keys]]
        if keys:
            rows += [["", None, None], ["# Partition Information", None, None], [f"{_padded('# col_name')}", _padded("data_type"), _padded("comment")], ["", None, None]]  # fmt: skip  # noqa: E501
            rows += [_describe_row(k) for k in keys]
    session.write_text([text_column("col_name"), text_column("data_type"), text_column("comment")], rows)


def _describe_row(column: Structure) -> Row:
    return [_padded(column["Name"]), _padded(column.get("Type", "")), _padded(column.get("Comment", ""))]


def _create_view(session: Session, words: Words, definitions: Definitions) -> None:
    name = words.name()
    words.end()
    table = definitions.existing(name)
    database = definitions.database_of(name)
    made = to_table(database, name[1], table)
    if made.view is None:
        raise SqlError(
            "NOT_SUPPORTED", f"line 1:1: Relation 'awsdatacatalog.{database}.{name[1]}' is a table, not a view"
        )
    lines = f"CREATE VIEW {database}.{name[1]} AS\n{made.view}".split("\n")
    _lines(session, "Create View", lines)


def _create_table(session: Session, words: Words, definitions: Definitions) -> None:
    name = words.name()
    words.end()
    table = definitions.existing(name)
    if table.get("TableType") == "VIRTUAL_VIEW":
        raise failed(f"{name[1]} is a view: use SHOW CREATE VIEW")
    descriptor, keys = table.get("StorageDescriptor") or {}, table.get("PartitionKeys") or []
    serde = descriptor.get("SerdeInfo") or {}
    lines = [f"CREATE EXTERNAL TABLE `{definitions.database_of(name)}.{name[1]}`("]
    lines += _column_lines(_described(table))
    if table.get("Description"):
        lines.append(f"COMMENT {_quoted(table['Description'])}")
    if keys:
        lines += ["PARTITIONED BY ( ", *_column_lines(keys)]
    lines += ["ROW FORMAT SERDE ", f"  {_quoted(serde.get('SerializationLibrary', ''))} "]
    if serde.get("Parameters"):
        lines += ["WITH SERDEPROPERTIES ( ", *_property_lines(serde["Parameters"])]
    lines += ["STORED AS INPUTFORMAT ", f"  {_quoted(descriptor.get('InputFormat', ''))} "]
    lines += ["OUTPUTFORMAT ", f"  {_quoted(descriptor.get('OutputFormat', ''))}"]
    lines += ["LOCATION", f"  {_quoted(descriptor.get('Location', ''))}", "TBLPROPERTIES ("]
    lines += _property_lines({k: v for k, v in (table.get("Parameters") or {}).items() if k != "EXTERNAL"}) or [")"]
    _lines(session, "createtab_stmt", lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _column_lines(columns: list[Structure]) -> list[str]:
    made = []
    for index, column in enumerate(columns):
        comment = f" COMMENT {_quoted(column['Comment'])}" if column.get("Comment") else " "
        end = ")" if index == len(columns) - 1 else ", "
        made.append(f"  `{column['Name']}` {column.get('Type', 'string')}{comment}{end}")
    return made


def _property_lines(properties: dict[str, str]) -> list[str]:
    items = sorted(properties.items())
    return [f"  {_quoted(k)}={_quoted(v)}{')' if i == len(items) - 1 else ', '}" for i, (k, v) in enumerate(items)]


def explain(session: Session, words: Words) -> None:
    """EXPLAIN [ANALYZE]: the plan of the engine that runs the query here, which is DuckDB's and not Trino's."""
    analyze = words.accept("ANALYZE")
    options: dict[str, str] = {}
    if words.peek() == "(" and words.peek(1) in ("FORMAT", "TYPE"):
        for key, value in re.findall(r"(\w+)\s+(\w+)", words.parenthesised()):
            options[key.upper()] = value.upper()
    query = session.compile(words.rest())
    if options.get("TYPE") == "VALIDATE":
        session.write_text([text_column("Valid")], [["true"]])
        return
    form = "(FORMAT JSON) " if options.get("FORMAT") == "JSON" and not analyze else ""
    rows = session.connection.rows(f"EXPLAIN {'ANALYZE ' if analyze else ''}{form}{session.bound(query)}")
    session.measure()
    lines: list[Row] = [[line] for row in rows for line in str(row[1]).split("\n")]
    session.write_text([text_column("Query Plan")], lines)
    session.execution.has_header = True
