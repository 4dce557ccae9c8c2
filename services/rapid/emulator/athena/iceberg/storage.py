"""S3 and the Glue catalog as pyiceberg uses them: in this process, without the network."""

import io
from collections.abc import Mapping
from typing import Any

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.table import TableProperties
from pyiceberg.typedef import EMPTY_DICT, Properties

from rapid.emulator.athena.objects import Objects, StoredObject, split_uri
from rapid.emulator.athena.sql.errors import not_supported


class ObjectFile(InputFile, OutputFile):
    """One object, to be read where it lies on this disk or written at once when its stream is closed."""

    def __init__(self, objects: Objects, location: str) -> None:
        super().__init__(location)
        self._objects = objects
        self._written: int | None = None

    def __len__(self) -> int:
        return self._written if self._written is not None else self._found().size

    def exists(self) -> bool:
        return self._objects.find(self.location) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002 - pyiceberg's signature
        stored = StoredObject(*split_uri(self.location), 0, "")
        local = self._objects.local(stored)
        if local is not None:
            return local.open("rb")
        if not self.exists():
            raise FileNotFoundError(self.location)
        return io.BytesIO(self._objects.get(self.location))

    def create(self, overwrite: bool = False) -> OutputStream:
        if not overwrite and self.exists():
            raise FileExistsError(self.location)
        return _Upload(self)

    def to_input_file(self) -> "ObjectFile":
        return self

    def put(self, body: bytes) -> None:
        self._objects.put(self.location, body)
        self._written = len(body)

    def _found(self) -> StoredObject:
        found = self._objects.find(self.location)
        if found is None:
            raise FileNotFoundError(self.location)
        return found


class _Upload(io.BytesIO):
    """Bytes that become the object when the stream is closed without an error."""

    def __init__(self, target: ObjectFile) -> None:
        super().__init__()
        self._target = target

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            super().close()
        self.close()

    def close(self) -> None:
        if not self.closed:
            body = self.getvalue()
            super().close()
            self._target.put(body)


class ObjectsIO(FileIO):
    """pyiceberg's way to files."""

    def __init__(self, objects: Objects, properties: Properties = EMPTY_DICT) -> None:
        super().__init__(properties)
        self._objects = objects

    def new_input(self, location: str) -> ObjectFile:
        return ObjectFile(self._objects, location)

    def new_output(self, location: str) -> ObjectFile:
        return ObjectFile(self._objects, location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        self._objects.delete([location if isinstance(location, str) else location.location])


def refuse_code(properties: Mapping[str, str]) -> None:
    """Looks for the property whose value pyiceberg imports and calls: whoever writes metadata would run code here.

    Raises:
        SqlError: it is there.
    """
    if TableProperties.WRITE_PY_LOCATION_PROVIDER_IMPL in properties:
        raise not_supported(f"The table property {TableProperties.WRITE_PY_LOCATION_PROVIDER_IMPL}, which names code,")


class IcebergCatalog(GlueCatalog):
    """pyiceberg's Glue catalog on this process's Glue and S3."""

    def __init__(self, glue: Any, objects: Objects) -> None:
        super().__init__("awsdatacatalog", client=glue)
        self._objects_io = ObjectsIO(objects)

    def _load_file_io(self, properties: Properties = EMPTY_DICT, location: str | None = None) -> FileIO:  # noqa: ARG002
        return self._objects_io
