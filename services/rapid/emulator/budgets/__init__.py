"""AWS Budgets on Moto's store: budgets, their notifications and who is told.

Nothing is billed on this machine, so that what a budget has spent is 0 and nobody is ever told. Left out: budget
actions, tags, histories of performance.
"""
