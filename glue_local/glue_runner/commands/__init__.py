"""Commands that a job finds on its machine: `pip` as a module, and `pip` and `python` on the PATH (`bin/`)."""
