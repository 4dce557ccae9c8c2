"""Groups files into tables and partitions.

A folder is one table if all files below it are alike, as deep, and agree on how their folders are named; else each of its
folders is looked at by itself, and each of its own files is a table.
https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html#crawler-s3-folder-table-partition
https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html#crawler-grouping-policy (read 2026-11)
"""  # noqa: E501

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from rapid.emulator.glue.crawling.found import Found
from rapid.emulator.glue.crawling.objects import Stored
from rapid.emulator.glue.crawling.schema import Schema, merge_schemas, similar


@dataclass
class File:
    """An object and what it was found to be."""

    stored: Stored
    found: Found


@dataclass
class Part:
    """Files of one partition, or of a table that has none."""

    location: str
    values: tuple[str, ...]
    files: list[File]

    @property
    def schema(self) -> Schema:
        return merged(self.files)

    @property
    def found(self) -> Found:
        return self.files[0].found


@dataclass
class Discovered:
    """A table that a crawl found.

    Attributes:
        keys: names of the partition keys; with none `parts` is one.
    """

    name: str
    location: str
    schema: Schema
    keys: tuple[str, ...]
    parts: list[Part]

    @property
    def files(self) -> list[File]:
        return [file for part in self.parts for file in part.files]

    @property
    def found(self) -> Found:
        return self.parts[0].found


@dataclass
class Folder:
    """A folder below an include path."""

    path: tuple[str, ...]
    files: list[File] = field(default_factory=list)
    folders: dict[str, "Folder"] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[File]) -> "Folder":
        root = cls(())
        for file in files:
            folder = root
            for name in file.stored.folders:
                folder = folder.folders.setdefault(name, cls((*folder.path, name)))
            folder.files.append(file)
        return root

    def all(self) -> Iterator[File]:
        yield from self.files
        for folder in self.folders.values():
            yield from folder.all()

    def below(self, depth: int) -> Iterator["Folder"]:
        """Folders so many levels down, and shallower ones that hold files."""
        if depth <= 0:
            yield self
            return
        if self.files:
            yield Folder(self.path, self.files)
        for folder in self.folders.values():
            yield from folder.below(depth - 1)


def tables(files: list[File], *, combine: bool = False, level: int | None = None) -> list[Discovered]:
    """The tables that files below one include path make.

    Args:
        files: all with the same include path.
        combine: TableGroupingPolicy CombineCompatibleSchemas: alike or not, if only the format is the same.
        level: TableLevelConfiguration: the depth of the folders that are tables; the bucket is 1.
    """
    if not files:
        return []
    root = Folder.of(files)
    if level is None:
        return list(_tables(root, combine=combine))
    depth = level - len([part for part in files[0].stored.base.removeprefix("s3://").split("/") if part])
    return [table for folder in root.below(depth) for table in _tables(folder, combine=combine, forced=True)]


def _tables(folder: Folder, *, combine: bool, forced: bool = False) -> Iterator[Discovered]:
    if table := as_one(folder, combine=combine or forced):
        yield table
        return
    for child in folder.folders.values():
        yield from _tables(child, combine=combine)
    for file in folder.files:
        yield of_file(file)


def as_one(folder: Folder, *, combine: bool = False) -> Discovered | None:
    """The table that a folder is; None if it is more than one."""
    files = list(folder.all())
    depths = {len(file.stored.folders) for file in files}
    if len(depths) != 1 or len({file.found.kind for file in files}) != 1:
        return None
    if not combine and not _alike(files):
        return None
    position = len(folder.path)
    keys = _keys([file.stored.folders[position:] for file in files])
    if keys is None:
        return None
    base = files[0].stored.base
    location = base + "".join(name + "/" for name in folder.path)
    name = table_name(folder.path[-1] if folder.path else base.rstrip("/").rpartition("/")[2])
    return Discovered(name, location, merged(files), keys, _parts(location, files, position))


def of_file(file: File) -> Discovered:
    """The table of a single file."""
    part = Part(file.stored.uri, (), [file])
    return Discovered(table_name(file.stored.name), file.stored.uri, file.found.schema, (), [part])


def table_name(text: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", text.lower())


def merged(files: list[File]) -> Schema:
    """The columns of all files, the types that hold the values of all."""
    distinct = {tuple(file.found.schema.items()): file.found.schema for file in files}
    schema: Schema = {}
    for found in distinct.values():
        schema = merge_schemas(schema, found)
    return schema


def _alike(files: list[File]) -> bool:
    distinct = {tuple(file.found.schema.items()): file.found.schema for file in files}
    widest = max(distinct.values(), key=len)
    return all(similar(schema, widest) for schema in distinct.values())


def _keys(paths: list[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Partition keys of folders `key=value`, or partition_0, partition_1, … ; None if the folders disagree."""
    keys: list[str] = []
    for index, level in enumerate(zip(*paths, strict=True)):
        named = {name.partition("=")[0].lower() if "=" in name else None for name in level}
        if named == {None}:
            keys.append(f"partition_{index}")
        elif len(named) == 1:
            keys.append(str(named.pop()))
        elif None in named:
            keys.append(f"partition_{index}")
        else:
            return None
    return tuple(keys) if len(set(keys)) == len(keys) else None


def _parts(location: str, files: list[File], position: int) -> list[Part]:
    parts: dict[tuple[str, ...], Part] = {}
    for file in files:
        folders = file.stored.folders[position:]
        if folders not in parts:
            where = location + "".join(name + "/" for name in folders)
            parts[folders] = Part(where, tuple(_value(name) for name in folders), [])
        parts[folders].files.append(file)
    return list(parts.values())


def _value(folder: str) -> str:
    key, equals, value = folder.partition("=")
    return unquote(value) if equals and key else folder


def sampled(stored: list[Stored], size: int | None) -> Iterator[tuple[Stored, Stored]]:
    """Each object with the one that is read in its place: itself, unless its folder has more than `size` objects."""
    seen: dict[tuple[str, ...], list[Stored]] = {}
    for item in stored:
        read = seen.setdefault(item.folders, [])
        if size is None or len(read) < size:
            read.append(item)
            yield item, item
        else:
            yield item, read[-1]


def standing_in(found: Found, read: Stored, item: Stored) -> Found:
    """What is taken of an object that was not read, from one of its folder that was."""
    if read is item:
        return found
    return replace(found, records=round(found.records * item.size / max(1, read.size)))
