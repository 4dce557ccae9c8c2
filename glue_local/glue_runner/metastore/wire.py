"""Hive's structures and exceptions, as classes: `hive.Table`, `hive.MetaException`, ... Loaded on first import."""

from pathlib import Path
from typing import Any

import thriftpy2

hive: Any = thriftpy2.load(str(Path(__file__).with_name("hive.thrift")), module_name="hive_thrift")
