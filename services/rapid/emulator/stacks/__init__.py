"""CloudFormation: LocalStack's engine with AWS's outcomes.

LocalStack parses templates and orders resources. Ours is what happens then: roll-back, deletions that fail, updates
that a resource type does not know, `DeletionPolicy`, custom resources, and properties that its types leave out.
Start reading at `executor`. Types of our own services are declared in their `cfn.py`.
"""
