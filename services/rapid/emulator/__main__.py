"""The emulator's process: LocalStack's own entry point, and no garbage is collected before it is ready."""

import gc

gc.disable()

from localstack.runtime.main import main  # noqa: E402 - most of what stays for good is made by this import

main()
