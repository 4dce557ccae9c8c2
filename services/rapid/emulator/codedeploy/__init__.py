"""CodeDeploy's applications and deployment groups, as SAM's `DeploymentPreference` makes them, on Moto's store.

Nothing is deployed: where CloudFormation has CodeDeploy shift an alias step by step, it moves at once here.
"""
