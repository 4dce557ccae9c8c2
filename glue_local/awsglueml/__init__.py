"""Names of AWS Glue's machine-learning transforms: `awsglueml.transforms`. They need AWS's own models and say so."""
