"""AWS Glue's machine-learning transforms: `awsglueml.transforms`.

`EntityDetector` finds what has a form of its own (`entities`) and does what it is told about it (`detection`); the
others need AWS's own models and say so.
"""
