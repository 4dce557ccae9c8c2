"""Operations of Amazon Athena that have behaviour."""

class AthenaProvider:
    service = "athena"
