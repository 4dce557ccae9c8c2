"""Compiles Java sources of ours with Janino, the compiler that Spark itself uses for the code it generates."""

import contextlib
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyspark
from pyspark import SparkContext


def jar(context: SparkContext, folder: Path) -> str:
    """The path of a jar with a folder's `*.java`, compiled once and kept in the Python environment.

    In an environment that cannot be written to, each JVM compiles its own.
    """
    sources = sorted(folder.glob("*.java"))
    digest = hashlib.sha256("\0".join([pyspark.__version__, *(path.read_text() for path in sources)]).encode())
    kept = Path(sys.prefix) / "classes" / f"{digest.hexdigest()[:16]}.jar"
    if kept.is_file():
        return str(kept)
    gateway: Any = context._gateway
    made = _pack(gateway.jvm, _compile(gateway, sources))
    with contextlib.suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(Path(made).read_bytes())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(kept)
        return str(kept)
    return made


def _compile(gateway: Any, sources: list[Path]) -> Any:
    """A Java map of file names and bytes."""
    resource = gateway.jvm.org.codehaus.commons.compiler.util.resource
    given = gateway.new_array(resource.Resource, len(sources))
    for i, path in enumerate(sources):
        given[i] = resource.FileResource(gateway.jvm.java.io.File(str(path)))
    classes = gateway.jvm.java.util.HashMap()
    compiler = gateway.jvm.org.codehaus.janino.CompilerFactory().newCompiler()
    compiler.setClassFileCreator(resource.MapResourceCreator(classes))
    compiler.compile(given)
    return classes


def _pack(jvm: Any, classes: Any) -> str:
    """A jar of them that the JVM deletes when it ends."""
    with tempfile.NamedTemporaryFile(prefix="awsglue-", suffix=".jar", delete=False) as file:
        made = file.name
    jvm.java.io.File(made).deleteOnExit()
    out = jvm.java.util.jar.JarOutputStream(jvm.java.io.FileOutputStream(made))
    for name in classes.keySet():
        out.putNextEntry(jvm.java.util.zip.ZipEntry(name))
        out.write(classes.get(name))
        out.closeEntry()
    out.close()
    return made
