"""Figures of one machine, measured in one run: `./rapid bench`.

Every file holds one measurement, a function from `Instance` to figures; `__main__` lists them.
Nothing here asserts a time.
"""
