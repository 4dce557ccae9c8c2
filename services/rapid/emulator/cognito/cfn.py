"""CloudFormation types of Cognito user pools.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Cognito.html (read 2026-11)
"""

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin


def _pool(p: Model) -> Model:
    return {"UserPoolId": p["Ref"]}


def _pool_attributes(_: Model, response: Model) -> Model:
    pool = response["UserPool"]
    region = pool["Arn"].split(":")[3]
    host = f"cognito-idp.{region}.amazonaws.com/{pool['Id']}"
    return {"Arn": pool["Arn"], "ProviderName": host, "ProviderURL": f"https://{host}", "UserPoolId": pool["Id"]}


UserPool = plugin(
    ResourceType(
        "AWS::Cognito::UserPool",
        "cognito-idp",
        create=Call("CreateUserPool", lambda p: {**p, "PoolName": p["UserPoolName"]}),
        read=Call("DescribeUserPool", _pool),
        update=Call("UpdateUserPool", lambda p: {**p, **_pool(p)}),
        delete=Call("DeleteUserPool", _pool),
        identifier="UserPoolName",
        ref=lambda _, response: str(response["UserPool"]["Id"]),
        attributes=_pool_attributes,
    )
)


def _client(p: Model) -> Model:
    return {"UserPoolId": p["UserPoolId"], "ClientId": p["Ref"]}


UserPoolClient = plugin(
    ResourceType(
        "AWS::Cognito::UserPoolClient",
        "cognito-idp",
        create=Call("CreateUserPoolClient"),
        read=Call("DescribeUserPoolClient", _client),
        update=Call("UpdateUserPoolClient", lambda p: {**p, **_client(p)}),
        delete=Call("DeleteUserPoolClient", _client),
        identifier="ClientName",
        ref=lambda _, response: str(response["UserPoolClient"]["ClientId"]),
        attributes=lambda _, response: {
            "ClientId": response["UserPoolClient"]["ClientId"],
            "ClientSecret": response["UserPoolClient"].get("ClientSecret", ""),
            "Name": response["UserPoolClient"]["ClientName"],
        },
    )
)


def _part(kind: str, identifier: str, verbs: tuple[str, str, str, str | None]) -> type:
    """A part of a pool that has a name: verbs are the operations that create, read, delete and update it."""
    create, read, delete, update = verbs

    def where(p: Model) -> Model:
        return {"UserPoolId": p["UserPoolId"], identifier: p["Ref"]}

    return plugin(
        ResourceType(
            f"AWS::Cognito::{kind}",
            "cognito-idp",
            create=Call(create),
            read=Call(read, where),
            update=Call(update, lambda p: {**p, **where(p)}) if update else None,
            delete=Call(delete, where),
            identifier=identifier,
            ref=lambda p, _: str(p[identifier]),
        )
    )


UserPoolDomain = _part(
    "UserPoolDomain", "Domain", ("CreateUserPoolDomain", "DescribeUserPoolDomain", "DeleteUserPoolDomain", None)
)
UserPoolGroup = _part("UserPoolGroup", "GroupName", ("CreateGroup", "GetGroup", "DeleteGroup", "UpdateGroup"))
UserPoolResourceServer = _part(
    "UserPoolResourceServer",
    "Identifier",
    ("CreateResourceServer", "DescribeResourceServer", "DeleteResourceServer", "UpdateResourceServer"),
)
UserPoolUser = _part("UserPoolUser", "Username", ("AdminCreateUser", "AdminGetUser", "AdminDeleteUser", None))
