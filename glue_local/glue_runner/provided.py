"""Python libraries that AWS Glue has and this environment lacks: installed into the cache when a script imports one.

Lists: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html and, for Python shell jobs,
https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html (read 2026-11). Versions are the newest that fit; a job
that needs others names them in --additional-python-modules.
"""

import importlib
import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from glue_runner.fetch import FetchError
from glue_runner.modules import install

SHARED = {
    "aiobotocore": "aiobotocore",
    "aiohttp": "aiohttp",
    "fsspec": "fsspec",
    "psycopg2": "psycopg2-binary",
    "pymysql": "PyMySQL",
    "redshift_connector": "redshift-connector",
    "s3fs": "s3fs",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
}
SPARK = SHARED | {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cryptography": "cryptography",
    "joblib": "joblib",
    "matplotlib": "matplotlib",
    "nltk": "nltk",
    "packaging": "packaging",
    "patsy": "patsy",
    "plotly": "plotly",
    "pyparsing": "pyparsing",
    "regex": "regex",
    "seaborn": "seaborn",
    "setuptools": "setuptools",
    "statsmodels": "statsmodels",
    "sympy": "sympy",
    "tenacity": "tenacity",
    "tqdm": "tqdm",
}
SHELL = SHARED | {
    "avro": "avro",
    "awscli": "awscli",
    "awswrangler": "awswrangler",
    "elasticsearch": "elasticsearch",
    "pyathena": "PyAthena",
    "pyodbc": "pyodbc",
    "pyorc": "pyorc",
    "sqlalchemy": "SQLAlchemy<2",
}
"""Of `--library-set analytics`, which Python shell jobs have unless they say none."""


ON_DEMAND = ("/pandas/compat/_optional.py", "/fsspec/registry.py")
"""Libraries that import others only when a job needs them: `to_csv("s3://...")` needs fsspec and s3fs."""


class Provided(MetaPathFinder):
    """The last finder of modules: installs what a job's own files import, not what libraries probe for."""

    def __init__(self, libraries: dict[str, str], folder: Path, cache: Path) -> None:
        self._libraries, self._folder, self._cache = libraries, folder, cache

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        distribution = self._libraries.get(fullname)
        if path is not None or distribution is None or not self._asked_by_the_job():
            return None
        try:
            install([distribution], "", self._cache, self._folder / "python", self._folder / "downloads")
        except FetchError as error:
            message = f"No module named {fullname!r}: AWS Glue has it, and here it could not be installed. {error}"
            raise ModuleNotFoundError(message, name=fullname) from error
        importlib.invalidate_caches()
        return importlib.machinery.PathFinder.find_spec(fullname, None, target)

    def _asked_by_the_job(self) -> bool:
        frame = sys._getframe(2)  # noqa: SLF001 - whoever imports is known by the stack alone
        while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        asker = frame.f_code.co_filename
        return asker.startswith((str(self._folder), "<stdin>")) or asker.endswith(ON_DEMAND)


def offer(spark: bool, library_set: str, folder: Path, cache: Path) -> None:
    """Puts the finder in place for a job.

    Args:
        spark: whether it is a Spark job.
        library_set: `--library-set` of a Python shell job: analytics or none.
        folder: the job's own.
        cache: where installed modules are kept.
    """
    libraries = SPARK if spark else {} if library_set == "none" else SHELL
    sys.meta_path.append(Provided(libraries, folder, cache))
