"""AWS_IAM authorization: the request's Signature Version 4 is computed again and must be the same.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html (read 2026-11). Known keys are those of IAM
users, of assumed roles, and the project's own. What the identity's policies allow is not evaluated.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from localstack.http import Response
from localstack.services.apigateway.next_gen.execute_api.api import RestApiGatewayHandler, RestApiGatewayHandlerChain
from localstack.services.apigateway.next_gen.execute_api.context import RestApiInvocationContext
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    BaseGatewayException,
    InvalidSignatureError,
    MissingAuthTokenError,
)

from rapid.core import aws

_ALGORITHM = "AWS4-HMAC-SHA256"
_SKEW = timedelta(minutes=5)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


class UnrecognizedClientError(BaseGatewayException):
    """The access key does not exist."""

    type = AccessDeniedError.type
    code = "UnrecognizedClientException"


@dataclass(frozen=True)
class Identity:
    """Who holds an access key."""

    account: str
    secret: str
    token: str | None
    arn: str
    user_id: str


@dataclass(frozen=True)
class _Authorization:
    access_key: str
    scope: tuple[str, str, str]
    signed_headers: list[str]
    signature: str

    @staticmethod
    def parse(header: str) -> "_Authorization":
        """From an Authorization header.

        Raises:
            ValueError: it is not one of Signature Version 4.
        """
        fields = dict(part.strip().split("=", 1) for part in header.removeprefix(_ALGORITHM).split(","))
        access_key, day, region, service, _ = fields["Credential"].rsplit("/", 4)
        return _Authorization(
            access_key, (day, region, service), fields["SignedHeaders"].split(";"), fields["Signature"]
        )


class SignatureHandler(RestApiGatewayHandler):
    """Admits only signed requests to methods with the authorization type AWS_IAM."""

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        if context.resource_method.get("authorizationType") != "AWS_IAM":
            return
        header = context.request.headers.get("Authorization", "")
        if not header.startswith(_ALGORITHM):
            raise MissingAuthTokenError("Missing Authentication Token")
        try:
            authorization = _Authorization.parse(header)
        except (ValueError, KeyError) as error:
            raise InvalidSignatureError(f"Authorization header is not valid: {header}") from error
        identity = find_identity(context.account_id, authorization.access_key)
        if identity is None or identity.token != context.request.headers.get("X-Amz-Security-Token"):
            raise UnrecognizedClientError("The security token included in the request is invalid.")
        _verify(context, authorization, identity)
        context.context_variables["identity"].update(
            accessKey=authorization.access_key,
            accountId=identity.account,
            caller=identity.user_id,
            user=identity.user_id,
            userArn=identity.arn,
        )


def _verify(context: RestApiInvocationContext, authorization: _Authorization, identity: Identity) -> None:
    headers = context.request.headers
    stamp = headers.get("X-Amz-Date", "")
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidSignatureError("Date must be in ISO-8601 'basic format'.") from error
    if abs(datetime.now(UTC) - signed_at) > _SKEW:
        raise InvalidSignatureError(f"Signature expired: {stamp} is not within {_SKEW} of the present.")
    declared = headers.get("X-Amz-Content-SHA256")
    body = context.invocation_request["body"]
    if declared not in (None, "UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        raise InvalidSignatureError(_MISMATCH)
    expected = _signature(context, authorization, identity, stamp)
    if not hmac.compare_digest(expected, authorization.signature) or "host" not in authorization.signed_headers:
        raise InvalidSignatureError(_MISMATCH)


def _signature(context: RestApiInvocationContext, authorization: _Authorization, identity: Identity, stamp: str) -> str:
    """What the signature has to be: botocore's own signer on the headers that were signed."""
    request = context.request
    raw = request.environ.get("RAW_URI") or request.full_path
    signer = SigV4Auth(
        Credentials(authorization.access_key, identity.secret), authorization.scope[2], authorization.scope[1]
    )
    signed = AWSRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{raw}",
        data=context.invocation_request["body"],
        headers={name: request.headers.get(name, "") for name in authorization.signed_headers},
    )
    signed.context["timestamp"] = stamp
    canonical = signer.canonical_request(signed)
    return str(signer.signature(signer.string_to_sign(signed, canonical), signed))


def find_identity(account: str, access_key: str) -> Identity | None:
    """Who holds an access key, None if nobody does."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    for iam in iam_backends[account].values():
        for user in iam.users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key and key.status == "Active":
                    return Identity(account, key.secret_access_key, None, user.arn, user.id)
    for sts in sts_backends[account].values():
        role = sts.get_assumed_role_from_access_key(access_key)
        if role:
            return Identity(account, role.secret_access_key, role.session_token, role.arn, role.user_id)
    if access_key == aws.ACCESS_KEY:
        return Identity(account, aws.SECRET_KEY, None, f"arn:aws:iam::{account}:root", account)
    return None
