"""LocalStack's self-signed certificate: one that a kill left half-written is made anew, where LocalStack would fail."""

import re
from pathlib import Path

from localstack.runtime import hooks

_WHOLE = re.compile(r"(?=.*-----END [A-Z ]*PRIVATE KEY-----)(?=.*-----END CERTIFICATE-----)", re.DOTALL)


@hooks.on_infra_start()
def discard_partial_certificate() -> None:
    """Runs before the port opens, which is when LocalStack reads the file, or writes it if it is not there."""
    from localstack.utils.ssl import get_cert_pem_file_path

    file = Path(get_cert_pem_file_path())
    if file.is_file() and not _WHOLE.match(file.read_text(errors="replace")):
        file.unlink()
