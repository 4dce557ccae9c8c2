"""Who signed a request, as its event tells the function."""

from dataclasses import replace

from rapid.emulator.apigateway.signatures import verify
from rapid.emulator.apigatewayv2 import events


def signed(call: events.Call, account: str) -> events.Call:
    """The call with who signed it.

    Raises:
        SignatureError: nobody did, or not rightly.
    """
    identity = verify(call.request, call.request.get_data(), account)
    who = {
        "accessKey": identity.access_key,
        "accountId": identity.account,
        "callerId": identity.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": identity.arn,
        "userId": identity.user_id,
    }
    return replace(call, authorizer={"iam": who})
