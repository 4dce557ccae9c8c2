"""CloudFormation types that LocalStack lacks though its services answer.

Properties and `Ref` as in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (read 2026-11).
"""

from collections.abc import Callable

from rapid.emulator.cloudformation import Call, Model, ResourceType, plugin

Dashboard = plugin(
    ResourceType(
        "AWS::CloudWatch::Dashboard",
        "cloudwatch",
        identifier="DashboardName",
        create=Call("PutDashboard"),
        read=Call("GetDashboard"),
        update=Call("PutDashboard"),
        delete=Call("DeleteDashboards", lambda p: {"DashboardNames": [p["Ref"]]}),
    )
)


def _metric(given: Model) -> Model:
    """Dimensions are a list of pairs in templates and a map in the API."""
    pairs = given.get("Dimensions")
    return {**given, "Dimensions": {pair["Key"]: pair["Value"] for pair in pairs}} if pairs else given


def _filter(p: Model) -> Model:
    return {**p, "MetricTransformations": [_metric(one) for one in p["MetricTransformations"]]}


MetricFilter = plugin(
    ResourceType(
        "AWS::Logs::MetricFilter",
        "logs",
        identifier="FilterName",
        create=Call("PutMetricFilter", _filter),
        read=Call("DescribeMetricFilters", lambda p: {"logGroupName": p["LogGroupName"], "filterNamePrefix": p["Ref"]}),
        update=Call("PutMetricFilter", _filter),
        delete=Call("DeleteMetricFilter", lambda p: {"logGroupName": p["LogGroupName"], "filterName": p["Ref"]}),
    )
)

LogsResourcePolicy = plugin(
    ResourceType(
        "AWS::Logs::ResourcePolicy",
        "logs",
        identifier="PolicyName",
        create=Call("PutResourcePolicy"),
        read=Call("DescribeResourcePolicies", lambda _: {}),
        update=Call("PutResourcePolicy"),
        delete=Call("DeleteResourcePolicy", lambda p: {"policyName": p["Ref"]}),
    )
)

Archive = plugin(
    ResourceType(
        "AWS::Events::Archive",
        "events",
        identifier="ArchiveName",
        attributes=lambda _, response: {"Arn": response["ArchiveArn"]},
        create=Call("CreateArchive", lambda p: {**p, "EventSourceArn": p["SourceArn"]}),
        read=Call("DescribeArchive", lambda p: {"ArchiveName": p["Ref"]}),
        update=Call("UpdateArchive"),
        delete=Call("DeleteArchive", lambda p: {"ArchiveName": p["Ref"]}),
    )
)

Authorizer = plugin(
    ResourceType(
        "AWS::ApiGateway::Authorizer",
        "apigateway",
        ref=lambda _, response: str(response["id"]),
        attributes=lambda _, response: {"AuthorizerId": response["id"]},
        create=Call("CreateAuthorizer"),
        read=Call("GetAuthorizer", lambda p: {"restApiId": p["RestApiId"], "authorizerId": p["Ref"]}),
        delete=Call("DeleteAuthorizer", lambda p: {"restApiId": p["RestApiId"], "authorizerId": p["Ref"]}),
    )
)


def _permission(rule: Model, other: str) -> Model:
    """One rule of a security group as EC2's API takes it: the ranges and groups are in lists of their own."""
    said = rule.get("Description")

    def one(name: str, value: object) -> list[Model]:
        return [{name: value, **({"Description": said} if said else {})}]

    parts = {
        "IpRanges": ("CidrIp", rule.get("CidrIp")),
        "Ipv6Ranges": ("CidrIpv6", rule.get("CidrIpv6")),
        "PrefixListIds": ("PrefixListId", rule.get(f"{other}PrefixListId")),
        "UserIdGroupPairs": ("GroupId", rule.get(f"{other}SecurityGroupId")),
    }
    kept = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    return kept | {member: one(name, value) for member, (name, value) in parts.items() if value}


def _rule(direction: str, other: str) -> type:
    """The type of a rule of a security group, `Ingress` or `Egress`."""
    permission: Callable[[Model], Model] = lambda p: {  # noqa: E731
        "GroupId": p["GroupId"],
        "IpPermissions": [_permission(p, other)],
    }
    return plugin(
        ResourceType(
            f"AWS::EC2::SecurityGroup{direction}",
            "ec2",
            ref=lambda _, response: str(response["SecurityGroupRules"][0]["SecurityGroupRuleId"]),
            create=Call(f"AuthorizeSecurityGroup{direction}", permission),
            read=Call("DescribeSecurityGroupRules", lambda p: {"SecurityGroupRuleIds": [p["Ref"]]}),
            delete=Call(f"RevokeSecurityGroup{direction}", permission),
        )
    )


SecurityGroupIngress = _rule("Ingress", "Source")
SecurityGroupEgress = _rule("Egress", "Destination")

ElasticIp = plugin(
    ResourceType(
        "AWS::EC2::EIP",
        "ec2",
        ref=lambda _, response: str(response["PublicIp"]),
        attributes=lambda _, response: {"AllocationId": response["AllocationId"], "PublicIp": response["PublicIp"]},
        create=Call("AllocateAddress"),
        read=Call("DescribeAddresses", lambda p: {"AllocationIds": [p["AllocationId"]]}),
        delete=Call("ReleaseAddress", lambda p: {"AllocationId": p["AllocationId"]}),
    )
)

FlowLog = plugin(
    ResourceType(
        "AWS::EC2::FlowLog",
        "ec2",
        ref=lambda _, response: str(response["FlowLogIds"][0]),
        create=Call("CreateFlowLogs", lambda p: {**p, "ResourceIds": [p["ResourceId"]]}),
        read=Call("DescribeFlowLogs", lambda p: {"FlowLogIds": [p["Ref"]]}),
        delete=Call("DeleteFlowLogs", lambda p: {"FlowLogIds": [p["Ref"]]}),
    )
)


def _inline_policy(owner: str) -> type:
    """The type of a policy that lies within a role, user or group."""
    return plugin(
        ResourceType(
            f"AWS::IAM::{owner}Policy",
            "iam",
            ref=lambda p, _: str(p["PolicyName"]),
            create=Call(f"Put{owner}Policy"),
            read=Call(f"Get{owner}Policy"),
            update=Call(f"Put{owner}Policy"),
            delete=Call(f"Delete{owner}Policy"),
        )
    )


RolePolicy = _inline_policy("Role")
UserPolicy = _inline_policy("User")
GroupPolicy = _inline_policy("Group")
