"""Schema Registry, registries: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-schema-registry-api.html."""

import re

from localstack.aws.api import RequestContext, handler

from rapid.emulator.glue.common import arn, page, store_of
from rapid.emulator.glue.errors import AlreadyExistsException, EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import Registry, Structure, now

DEFAULT = "default-registry"
MAXIMUM = 100
NAME = re.compile(r"[a-zA-Z0-9_$#.-]+")


def time() -> str:
    """The moment, as the Schema Registry writes times."""
    return now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def check_registry_name(name: str, parameter: str) -> str:
    """A name that registries and schemas may have.

    Raises:
        InvalidInputException: too long, or other characters.
    """
    if not 1 <= len(name) <= 255:
        raise InvalidInputException(
            f"The resource name contains too many or too few characters. Parameter Name: {parameter}"
        )
    if not NAME.fullmatch(name):
        raise InvalidInputException(
            f"The parameter value contains one or more characters that are not valid. Parameter Name: {parameter}"
        )
    return name


def registry_name(given: Structure | None) -> str:
    """The name in a RegistryId; the default registry's if there is none.

    Raises:
        InvalidInputException: both name and ARN.
    """
    name, resource = (given or {}).get("RegistryName"), (given or {}).get("RegistryArn")
    if name and resource:
        raise InvalidInputException("One of registryName or registryArn has to be provided, both cannot be provided.")
    if resource:
        return str(resource).rpartition("/")[2]
    return check_registry_name(name, "registryName") if name else DEFAULT


def find_registry(context: RequestContext, given: Structure | None) -> Registry:
    """The registry that a RegistryId names. The default one is made when it is first needed.

    Raises:
        EntityNotFoundException: there is none.
    """
    store, name = store_of(context), registry_name(given)
    if name == DEFAULT and name not in store.registries:
        store.registries[name] = _new(context, {"Description": "This is the default registry."}, name)
    if name not in store.registries:
        named = "RegistryArn" if (given or {}).get("RegistryArn") else "RegistryName"
        raise EntityNotFoundException(f"Registry is not found. {named}: {(given or {}).get(named, name)}")
    return store.registries[name]


def _new(context: RequestContext, given: Structure, name: str) -> Registry:
    created = time()
    return Registry(
        {
            "RegistryName": name,
            "RegistryArn": arn(context, f"registry/{name}"),
            **({"Description": given["Description"]} if given.get("Description") else {}),
            "Status": "AVAILABLE",
            "CreatedTime": created,
            "UpdatedTime": created,
        }
    )


class Registries:
    """Operations on registries."""

    @handler("CreateRegistry", expand=False)
    def create_registry(self, context: RequestContext, request: Structure) -> Structure:
        store, name = store_of(context), check_registry_name(request["RegistryName"], "registryName")
        if name in store.registries:
            raise AlreadyExistsException(f"Registry already exists. RegistryName: {name}")
        registry = store.registries[name] = _new(context, request, name)
        tags = dict(request.get("Tags") or {})
        if tags:
            store.tags[registry.description["RegistryArn"]] = tags
        described = {
            k: v for k, v in registry.description.items() if k in ("RegistryArn", "RegistryName", "Description")
        }
        return {**described, **({"Tags": tags} if tags else {})}

    @handler("GetRegistry", expand=False)
    def get_registry(self, context: RequestContext, request: Structure) -> Structure:
        return find_registry(context, request["RegistryId"]).description

    @handler("ListRegistries", expand=False)
    def list_registries(self, context: RequestContext, request: Structure) -> Structure:
        found, more = page(store_of(context).registries, request, MAXIMUM)
        return {"Registries": [registry.description for registry in found], **more}

    @handler("UpdateRegistry", expand=False)
    def update_registry(self, context: RequestContext, request: Structure) -> Structure:
        registry = find_registry(context, request["RegistryId"])
        changed = {"Description": request["Description"], "UpdatedTime": time()}
        registry.description = registry.description | changed
        return {key: registry.description[key] for key in ("RegistryName", "RegistryArn")}

    @handler("DeleteRegistry", expand=False)
    def delete_registry(self, context: RequestContext, request: Structure) -> Structure:
        """Deletes a registry with its schemas."""
        store = store_of(context)
        registry = find_registry(context, request["RegistryId"])
        name, resource = registry.description["RegistryName"], registry.description["RegistryArn"]
        del store.registries[name]
        for schema in registry.schemas.values():
            store.tags.pop(schema.description["SchemaArn"], None)
        store.tags.pop(resource, None)
        return {"RegistryName": name, "RegistryArn": resource, "Status": "DELETING"}
