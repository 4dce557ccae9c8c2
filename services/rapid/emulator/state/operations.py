"""Which operations change state, told from their names, with the exceptions listed."""

_READING = (
    *("BatchGet", "Check", "Count", "Decode", "Describe", "Detect", "Estimate", "Filter", "Get", "Head", "List"),
    *("Lookup", "Preview", "Query", "Scan", "Search", "Select", "Simulate", "Test", "Validate", "Verify"),
)

_JOURNALED = {
    # recorded one by one, see `sqs`, `logs`, `history` of Athena, `dynamodb`, `kinesis`
    "sqs": {"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
            "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"},
    "logs": {"PutLogEvents"},
    "athena": {"StartQueryExecution"},
    "dynamodb": {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement",
                 "BatchExecuteStatement", "ExecuteTransaction"},
    "kinesis": {"PutRecord", "PutRecords"},
    # LocalStack keeps these in a SQLite file of its own
    "cloudwatch": {"PutMetricData"},
}  # fmt: skip

_STATELESS = {
    "lambda": {"Invoke", "InvokeAsync", "InvokeWithResponseStream"},
    "kms": {"Encrypt", "Decrypt", "ReEncrypt", "Sign", "GenerateMac", "GenerateRandom", "GenerateDataKey",
            "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"},
    "dynamodb": {"TransactGetItems"},
    "kinesis": {"SubscribeToShard"},
    "apigateway": {"TestInvokeMethod", "TestInvokeAuthorizer"},
}  # fmt: skip

LATER = {"events": {"PutEvents"}, "sns": {"Publish", "PublishBatch"}}
"""Frequent operations that rarely change a store (event archives): saved a moment later, not before the response."""

OBSERVED = frozenset({"cloudformation", "lambda"})
"""Services whose resources change state by themselves: what a reading operation showed must survive as well."""


def changes_state(service: str, operation: str) -> bool:
    """Whether a response of this operation may only leave once the service's stores are saved."""
    if operation in _JOURNALED.get(service, ()) or operation in _STATELESS.get(service, ()):
        return False
    if operation in LATER.get(service, ()):
        return False
    return service in OBSERVED or not operation.startswith(_READING)
