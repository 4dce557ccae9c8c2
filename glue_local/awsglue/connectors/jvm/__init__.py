"""Data sources of ours for Spark, in Java: Spark 3.5 has no way to write one in Python.

They are compiled when first needed and brought into the session as a jar, so that executors have them too.
"""

from pathlib import Path
from weakref import WeakKeyDictionary

from pyspark import SparkContext
from pyspark.sql import SparkSession

from awsglue import janino
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
        _ready[context] = janino.jar(context, Path(__file__).parent)
    if not jars.has(session, full):
        jars.add(session, [_ready[context]])
    return full
