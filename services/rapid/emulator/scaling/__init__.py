"""Application Auto Scaling's targets and policies, as templates of tables and functions bring them, on Moto's store.

Nothing is scaled: nothing here has a capacity.
"""
