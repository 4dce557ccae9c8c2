"""Data sources of ours for Spark, in Java: Spark 3.5 has no way to write one in Python.

They are compiled when first needed, by Janino, the compiler that Spark uses for the code it generates, and brought
into the session as a jar, so that executors have them too.
"""

import tempfile
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from pyspark import SparkContext
from pyspark.sql import SparkSession

from awsglue.connectors import jars

_ready: "WeakKeyDictionary[SparkContext, str]" = WeakKeyDictionary()


def bring(session: SparkSession, name: str) -> str:
    """Makes the sources of this folder known to a session.

    Args:
        session: the session.
        name: one of them.

    Returns:
        What `format()` wants for it.
    """
    full, context = f"awsglue.connectors.{name}", session.sparkContext
    if context not in _ready:
        _ready[context] = _compile(context)
    if not jars.has(session, full):
        jars.add(session, [_ready[context]])
    return full


def _compile(context: SparkContext) -> str:
    """Compiles the folder's classes into a jar, whose path is returned."""
    gateway: Any = context._gateway
    resource = gateway.jvm.org.codehaus.commons.compiler.util.resource
    found = sorted(Path(__file__).parent.glob("*.java"))
    sources = gateway.new_array(resource.Resource, len(found))
    for i, path in enumerate(found):
        sources[i] = resource.FileResource(gateway.jvm.java.io.File(str(path)))
    classes = gateway.jvm.java.util.HashMap()
    compiler = gateway.jvm.org.codehaus.janino.CompilerFactory().newCompiler()
    compiler.setClassFileCreator(resource.MapResourceCreator(classes))
    compiler.compile(sources)
    jar = str(Path(tempfile.mkdtemp(prefix="awsglue-")) / "sources.jar")
    out = gateway.jvm.java.util.jar.JarOutputStream(gateway.jvm.java.io.FileOutputStream(jar))
    for name in classes.keySet():
        out.putNextEntry(gateway.jvm.java.util.zip.ZipEntry(name))
        out.write(classes.get(name))
        out.closeEntry()
    out.close()
    return jar
