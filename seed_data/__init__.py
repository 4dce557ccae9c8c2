"""Believable business data with the dirt of real life, made anew from a seed, and the truth kept beside it.

Standard library only. `generate(out_dir, scale=1, seed=42)` writes what is to be sent and `truth.json`, which says
what must come out. Start reading at `generate.py`, then `world.py`; `truth.py` is what tests and the demo read.
"""

from seed_data.generate import generate
from seed_data.truth import Delivery, Truth

__all__ = ["Delivery", "Truth", "generate"]
