"""The few steps that run in the JVM as code of ours, because Spark has no function for them and Python is too slow.

They are Java sources beside this file, compiled when first needed by Janino, the compiler that Spark itself uses for
its generated code; `addJar` takes the classes to the executors, local or of a cluster. Nothing here is called per
record from Python.
"""

import tempfile
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

_PACKAGE = "awsglue.frame"
_loaders: "WeakKeyDictionary[SparkContext, Any]" = WeakKeyDictionary()


def create(session: SparkSession, name: str, *arguments: Any) -> Any:
    """An instance of a class whose source is `<name>.java` in this folder."""
    context = session.sparkContext
    loader = _loaders.get(context)
    if loader is None:
        loader = _loaders[context] = _compile(context)
    constructor = loader.loadClass(f"{_PACKAGE}.{name}").getConstructors()[0]
    given = context._gateway.new_array(context._jvm.java.lang.Object, len(arguments))
    for i, argument in enumerate(arguments):
        given[i] = argument
    return constructor.newInstance(given)


def texts(df: DataFrame) -> Any:
    """A frame of one text column as a JVM Dataset of strings, without the rows that are null."""
    jvm: Any = df.sparkSession.sparkContext._jvm
    return getattr(df.where(F.col(df.columns[0]).isNotNull())._jdf, "as")(jvm.org.apache.spark.sql.Encoders.STRING())


def apply(session: SparkSession, dataset: Any, method: str, function: Any) -> Any:
    """Runs a function of ours over a Dataset of strings: method is map, flatMap or mapPartitions."""
    jvm: Any = session.sparkContext._jvm
    return getattr(dataset, method)(function, jvm.org.apache.spark.sql.Encoders.STRING())


def strings(context: SparkContext, values: list[str]) -> Any:
    """A Java array of strings."""
    jvm: Any = context._jvm
    array = context._gateway.new_array(jvm.java.lang.String, len(values))
    for i, value in enumerate(values):
        array[i] = value
    return array


def _compile(context: SparkContext) -> Any:
    jvm: Any = context._jvm
    folder = Path(__file__).parent
    found = sorted(folder.glob("*.java"))
    sources = context._gateway.new_array(jvm.org.codehaus.commons.compiler.util.resource.Resource, len(found))
    for i, path in enumerate(found):
        sources[i] = jvm.org.codehaus.commons.compiler.util.resource.FileResource(jvm.java.io.File(str(path)))
    classes = jvm.java.util.HashMap()
    compiler = jvm.org.codehaus.janino.CompilerFactory().newCompiler()
    compiler.setClassFileCreator(jvm.org.codehaus.commons.compiler.util.resource.MapResourceCreator(classes))
    compiler.compile(sources)
    with tempfile.NamedTemporaryFile(prefix="awsglue-", suffix=".jar", delete=False) as file:
        jar = file.name
    out = jvm.java.util.jar.JarOutputStream(jvm.java.io.FileOutputStream(jar))
    for name in classes.keySet():
        out.putNextEntry(jvm.java.util.zip.ZipEntry(name))
        out.write(classes.get(name))
        out.closeEntry()
    out.close()
    context._jsc.addJar(jar)
    urls = context._gateway.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(jar).toURI().toURL()
    return jvm.java.net.URLClassLoader(urls, jvm.java.lang.Thread.currentThread().getContextClassLoader())
