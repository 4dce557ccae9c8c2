"""The few steps that run in the JVM as code of ours, because Spark has no function for them and Python is too slow.

They are Java sources beside this file, compiled when first needed by Janino, the compiler that Spark itself uses for
its generated code; `addJar` takes the classes to the executors, local or of a cluster. Nothing here is called per
record from Python.
"""

import tempfile
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from pyspark import SparkContext
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

_PACKAGE = "awsglue.frame"
_names = count(1)
_loaders: "WeakKeyDictionary[SparkContext, Any]" = WeakKeyDictionary()


def create(session: SparkSession, name: str, *arguments: Any) -> Any:
    """An instance of a class whose source is `<name>.java` in this folder."""
    context = session.sparkContext
    loader = _loaders.get(context)
    if loader is None:
        loader = _loaders[context] = _compile(context)
    gateway: Any = context._gateway
    given = gateway.new_array(gateway.jvm.java.lang.Object, len(arguments))
    for i, argument in enumerate(arguments):
        given[i] = _array(gateway, argument) if isinstance(argument, list) else argument
    return loader.loadClass(f"{_PACKAGE}.{name}").getConstructors()[0].newInstance(given)


def call(function: Any, column: Column, returns: spark.DataType) -> Column:
    """What one of our functions, a `UDF1`, makes of a column."""
    session = SparkSession.getActiveSession()
    assert session is not None  # noqa: S101 - a column exists, so does its session
    name = f"awsglue_{next(_names)}"
    kind = session._jsparkSession.parseDataType(returns.json())
    session._jsparkSession.udf().register(name, function, kind)
    return F.call_udf(name, column)


def per_partition(df: DataFrame, function: Any) -> list[str]:
    """What one of our functions, a `MapPartitionsFunction` of texts, says of each partition of a text column."""
    jvm: Any = df.sparkSession.sparkContext._jvm
    texts = df.where(F.col(df.columns[0]).isNotNull())._jdf
    strings = jvm.org.apache.spark.sql.Encoders.STRING()
    return list(getattr(texts, "as")(strings).mapPartitions(function, strings).collectAsList())


def _array(gateway: Any, values: list[str]) -> Any:
    array = gateway.new_array(gateway.jvm.java.lang.String, len(values))
    for i, value in enumerate(values):
        array[i] = value
    return array


def _compile(context: SparkContext) -> Any:
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
    jar = _pack(gateway.jvm, classes)
    context._jsc.addJar(jar)
    urls = gateway.new_array(gateway.jvm.java.net.URL, 1)
    urls[0] = gateway.jvm.java.io.File(jar).toURI().toURL()
    parent = gateway.jvm.java.lang.Thread.currentThread().getContextClassLoader()
    return gateway.jvm.java.net.URLClassLoader(urls, parent)


def _pack(jvm: Any, classes: Any) -> str:
    """Writes classes into a jar, whose path is returned; the JVM deletes it when it ends."""
    with tempfile.NamedTemporaryFile(prefix="awsglue-", suffix=".jar", delete=False) as file:
        jar = file.name
    jvm.java.io.File(jar).deleteOnExit()
    out = jvm.java.util.jar.JarOutputStream(jvm.java.io.FileOutputStream(jar))
    for name in classes.keySet():
        out.putNextEntry(jvm.java.util.zip.ZipEntry(name))
        out.write(classes.get(name))
        out.closeEntry()
    out.close()
    return jar
