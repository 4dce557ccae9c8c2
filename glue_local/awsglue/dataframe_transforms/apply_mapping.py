"""`ApplyMapping` of a DataFrame."""

from collections.abc import Iterable, Sequence

from pyspark.sql import DataFrame

from awsglue.frame import mapping
from awsglue.transforms.transform import Described


class ApplyMapping(Described):
    """Maps, renames, casts and nests the columns of a DataFrame; only mapped ones survive."""

    @staticmethod
    def apply(frame: DataFrame, mappings: Iterable[Sequence[str]]) -> DataFrame:
        return mapping.apply_mapping(frame, mappings)

    __call__ = apply
