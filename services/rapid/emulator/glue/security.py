"""Security configurations, resource policies and encryption settings: kept as they are put; nothing here enforces them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pandas.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html (read 2026-11)
"""

import hashlib
import json

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import catalog_of, check_name, defined, page, store_of
from rapid.emulator.glue.errors import (
    AlreadyExistsException,
    ConditionCheckFailureException,
    EntityNotFoundException,
    InvalidInputException,
)
from rapid.emulator.glue.models import GlueStore, Structure, now

UNENCRYPTED = {
    "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
    "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False},
}


class SecurityConfigurations:
    """Operations on security configurations."""

    @handler("CreateSecurityConfiguration", expand=False)
    def create_security_configuration(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), check_name(request["Name"])
        if name in store.security_configurations:
            raise AlreadyExistsException(f"Security Configuration already exists: {name}")
        created = now()
        encryption = defined(request["EncryptionConfiguration"])
        for kind, mode in (("CloudWatchEncryption", "CloudWatch"), ("JobBookmarksEncryption", "JobBookmarks")):
            encryption.setdefault(kind, {f"{mode}EncryptionMode": "DISABLED"})
        encryption.setdefault("S3Encryption", [{"S3EncryptionMode": "DISABLED"}])
        described = {"Name": name, "CreatedTimeStamp": created, "EncryptionConfiguration": encryption}
        store.security_configurations[name] = described
        return {"Name": name, "CreatedTimestamp": created}

    @handler("GetSecurityConfiguration", expand=False)
    def get_security_configuration(self, context: RequestContext, request: Structure) -> Structure:
        return {"SecurityConfiguration": _configuration(store_of(context), request["Name"])}

    @handler("GetSecurityConfigurations", expand=False)
    def get_security_configurations(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).security_configurations, request, 1000)
        return {"SecurityConfigurations": found, **more}

    @handler("DeleteSecurityConfiguration", expand=False)
    def delete_security_configuration(self, context: RequestContext, request: Structure) -> Structure:
        _configuration(store_of(context), request["Name"])
        del store_of(context).security_configurations[request["Name"]]
        return {}


def _configuration(store: GlueStore, name: str) -> Structure:
    if name not in store.security_configurations:
        raise EntityNotFoundException(f"Security Configuration {name} not found.")
    return store.security_configurations[name]


class ResourcePolicies:
    """Operations on resource policies and on the encryption settings of the Data Catalog."""

    @handler("PutResourcePolicy", expand=False)
    def put_resource_policy(self, context: RequestContext, request: Structure) -> Structure:
        store, key = store_of(context), request.get("ResourceArn") or ""
        before = store.resource_policies.get(key)
        _check_condition(before, request.get("PolicyHashCondition"), request.get("PolicyExistsCondition") or "NONE")
        try:
            policy = json.loads(request["PolicyInJson"])
        except ValueError as error:
            raise InvalidInputException(f"The policy is not valid JSON: {error}.") from error
        if not isinstance(policy, dict) or not policy.get("Statement"):
            raise InvalidInputException("The policy needs a Statement.")
        digest = _hash(request["PolicyInJson"])
        moment = now()
        store.resource_policies[key] = {
            "PolicyInJson": request["PolicyInJson"],
            "PolicyHash": digest,
            "CreateTime": before["CreateTime"] if before else moment,
            "UpdateTime": moment,
        }
        return {"PolicyHash": digest}

    @handler("GetResourcePolicy", expand=False)
    def get_resource_policy(self, context: RequestContext, request: Structure) -> Structure:
        policy = store_of(context).resource_policies.get(request.get("ResourceArn") or "")
        if policy is None:
            raise EntityNotFoundException("Policy not found")
        return policy

    @handler("GetResourcePolicies", expand=False)
    def get_resource_policies(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).resource_policies, request, 1000)
        return {"GetResourcePoliciesResponseList": found, **more}

    @handler("DeleteResourcePolicy", expand=False)
    def delete_resource_policy(self, context: RequestContext, request: Structure) -> Structure:
        store, key = store_of(context), request.get("ResourceArn") or ""
        if key not in store.resource_policies:
            raise EntityNotFoundException("Policy not found")
        _check_condition(store.resource_policies[key], request.get("PolicyHashCondition"), "NONE")
        del store.resource_policies[key]
        return {}

    @handler("GetDataCatalogEncryptionSettings", expand=False)
    def get_data_catalog_encryption_settings(self, context: RequestContext, request: Structure) -> Structure:
        settings = catalog_of(context, request).encryption_settings.get("") or UNENCRYPTED
        return {"DataCatalogEncryptionSettings": settings}

    @handler("PutDataCatalogEncryptionSettings", expand=False)
    def put_data_catalog_encryption_settings(self, context: RequestContext, request: Structure) -> Structure:
        given = defined(request["DataCatalogEncryptionSettings"])
        catalog_of(context, request).encryption_settings[""] = {**UNENCRYPTED, **given}
        return {}


def _hash(policy: str) -> str:
    return hashlib.sha256(policy.encode()).hexdigest()


def _check_condition(before: Structure | None, wanted: str | None, existence: str) -> None:
    if (existence == "MUST_EXIST" and before is None) or (existence == "NOT_EXIST" and before is not None):
        raise ConditionCheckFailureException(f"The policy does not meet the condition {existence}.")
    if wanted and (before is None or before["PolicyHash"] != wanted):
        raise ConditionCheckFailureException("The policy's hash is not the one of PolicyHashCondition.")
