"""The emulator's process: LocalStack's own entry point, for our account; no garbage is collected before it is ready."""

import gc

gc.disable()

from localstack import constants  # noqa: E402 - nothing is made before garbage is left alone

from rapid.core.config import load  # noqa: E402

constants.DEFAULT_AWS_ACCOUNT_ID = load().account  # its modules copy the name as they are imported

from localstack.runtime.main import main  # noqa: E402 - most of what stays for good is made by this import

main()
