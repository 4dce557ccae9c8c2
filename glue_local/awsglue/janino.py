"""Compiles Java sources of ours with Janino, the compiler that Spark itself uses for the code it generates."""

import tempfile
from pathlib import Path
from typing import Any

from pyspark import SparkContext


def jar(context: SparkContext, folder: Path) -> str:
    """Compiles a folder's `*.java` into a jar, whose path is returned; the JVM deletes it when it ends."""
    gateway: Any = context._gateway
    resource = gateway.jvm.org.codehaus.commons.compiler.util.resource
    found = sorted(folder.glob("*.java"))
    sources = gateway.new_array(resource.Resource, len(found))
    for i, path in enumerate(found):
        sources[i] = resource.FileResource(gateway.jvm.java.io.File(str(path)))
    classes = gateway.jvm.java.util.HashMap()
    compiler = gateway.jvm.org.codehaus.janino.CompilerFactory().newCompiler()
    compiler.setClassFileCreator(resource.MapResourceCreator(classes))
    compiler.compile(sources)
    return _pack(gateway.jvm, classes)


def _pack(jvm: Any, classes: Any) -> str:
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
