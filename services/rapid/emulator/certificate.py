"""The emulator's certificate, self-signed: made before the port opens, and anew where a kill left it half-written.

LocalStack makes one as well, which names no address (the comma before `IP:127.0.0.1` is missing there) and which strict
clients do not take as an authority. Lambda functions get ours as one, as their code asks for `https://`.
"""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from localstack.runtime import hooks

from rapid.core import config as configuration

_MARK = "Made by Rapid Analytics\n"
_WHOLE = re.compile(rf"{_MARK}(?=.*-----END [A-Z ]*PRIVATE KEY-----)(?=.*-----END CERTIFICATE-----)", re.DOTALL)
_DAYS = 2 * 365
NAMES = ("localhost", "localhost.localstack.cloud", "*.localhost.localstack.cloud", "127.0.0.1", "::1")


def path() -> Path:
    """Where LocalStack reads it, with its key. Beside it, the certificate alone in `.crt`."""
    from localstack.utils.ssl import get_cert_pem_file_path

    return Path(get_cert_pem_file_path())


def authority() -> Path:
    """The certificate without its key."""
    return path().with_name(f"{path().name}.crt")


@hooks.on_infra_start()
def write_certificate() -> None:
    """Runs before the port opens, which is when LocalStack reads the file, or writes it if it is not there."""
    from localstack import config as localstack_config

    file = path()
    ours = file.is_file() and _WHOLE.match(file.read_text(errors="replace"))
    if ours or localstack_config.CUSTOM_SSL_CERT_PATH:
        return
    settings = configuration.load()
    named = (settings.host, settings.emulator_host, settings.emulator_public.rpartition(":")[0].strip("[]"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(make([*NAMES, *(name for name in named if name)]))


def make(names: list[str]) -> str:
    """A key and a certificate for hosts and addresses, in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(text: str) -> x509.GeneralName:
        try:
            return x509.IPAddress(ipaddress.ip_address(text))
        except ValueError:
            return x509.DNSName(text)

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rapid Analytics")])
    now = datetime.now(UTC)
    usage = {"digital_signature": True, "key_cert_sign": True, "key_encipherment": True} | dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([named(name) for name in dict.fromkeys(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, form, serialization.NoEncryption())
    return _MARK + (secret + certificate.public_bytes(pem)).decode()
