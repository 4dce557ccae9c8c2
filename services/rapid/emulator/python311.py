"""What LocalStack 4.13.1 needs to run on Python 3.11: two places of it assume a later Python."""
# ruff: noqa: SLF001 - the method replaced reads it

import hashlib
import threading
import uuid

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider


@hooks.on_infra_start()
def import_packages_api() -> None:
    """Imports `localstack.packages.api`, whose annotation `Lock | None` needs `threading.Lock` to be a class.

    It is one from Python 3.13 on (https://docs.python.org/3/library/threading.html#threading.Lock); before, Step
    Functions and others fail at their first import, and every request with them.
    """
    factory = threading.Lock
    threading.Lock = type(factory())
    try:
        import localstack.packages.api  # noqa: F401
    finally:
        threading.Lock = factory


@aws_provider(api="kms", name="rapid")
def kms() -> Service:
    """LocalStack's KMS, made to create symmetric keys.

    `KmsKey.generate_key_material_id` hands bytes to `uuid.uuid5`, which takes them from Python 3.12 on
    (https://docs.python.org/3/library/uuid.html#uuid.uuid5); before, every CreateKey answers InternalError.
    """
    from localstack.services.kms.models import KmsKey
    from localstack.services.kms.provider import KmsProvider

    def generate_key_material_id(key: KmsKey, key_material: bytes) -> str:
        digest = hashlib.sha1(key._internal_key_id.bytes + key_material, usedforsecurity=False).digest()
        return uuid.UUID(bytes=digest[:16], version=5).hex * 2

    KmsKey.generate_key_material_id = generate_key_material_id
    return Service.for_provider(KmsProvider())
