"""Operations of AWS Glue that have behaviour."""

class GlueProvider:
    service = "glue"
