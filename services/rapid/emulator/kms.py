"""LocalStack's KMS provider, made to create symmetric keys on Python 3.11.

`KmsKey.generate_key_material_id` hands bytes to `uuid.uuid5`, which takes them from Python 3.12 on
(https://docs.python.org/3/library/uuid.html#uuid.uuid5); before, every CreateKey answers InternalError.
"""
# ruff: noqa: SLF001 - the method replaced reads it

import hashlib
import uuid

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="kms", name="rapid")
def kms() -> Service:
    from localstack.services.kms.models import KmsKey
    from localstack.services.kms.provider import KmsProvider

    def generate_key_material_id(key: KmsKey, key_material: bytes) -> str:
        digest = hashlib.sha1(key._internal_key_id.bytes + key_material, usedforsecurity=False).digest()
        return uuid.UUID(bytes=digest[:16], version=5).hex * 2

    KmsKey.generate_key_material_id = generate_key_material_id
    return Service.for_provider(KmsProvider())
