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
from localstack.http import Request, Response
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
_TOKEN = "X-Amz-Security-Token"
_SKEW = timedelta(minutes=5)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


class SignatureError(Exception):
    """The signature is another than it has to be; the message is AWS's."""


class UnsignedError(SignatureError):
    """There is no signature."""


class UnknownKeyError(SignatureError):
    """Nobody holds the access key."""


class UnrecognizedClientError(BaseGatewayException):
    """The access key does not exist."""

    type = AccessDeniedError.type
    code = "UnrecognizedClientException"


@dataclass(frozen=True)
class Identity:
    """Who holds an access key."""

    access_key: str
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
    stamp: str
    token: str | None
    lifetime: timedelta


class SignatureHandler(RestApiGatewayHandler):
    """Admits only signed requests to methods with the authorization type AWS_IAM."""

    def __call__(
        self, _chain: RestApiGatewayHandlerChain, context: RestApiInvocationContext, _response: Response
    ) -> None:
        if context.resource_method.get("authorizationType") != "AWS_IAM":
            return
        try:
            identity = verify(context.request, context.invocation_request["body"], context.account_id)
        except UnsignedError as error:
            raise MissingAuthTokenError("Missing Authentication Token") from error
        except UnknownKeyError as error:
            raise UnrecognizedClientError(str(error)) from error
        except SignatureError as error:
            raise InvalidSignatureError(str(error)) from error
        context.context_variables["identity"].update(
            accessKey=identity.access_key,
            accountId=identity.account,
            caller=identity.user_id,
            user=identity.user_id,
            userArn=identity.arn,
        )


def verify(request: Request, body: bytes, account: str) -> Identity:
    """Who signed a request, in its Authorization header or in its query.

    Args:
        request: as it came.
        body: its payload.
        account: whose access keys are known.

    Raises:
        UnsignedError: nobody did.
        UnknownKeyError: with an access key that nobody holds.
        SignatureError: the signature is another than it has to be.
    """
    given = _given(request)
    identity = find_identity(account, given.access_key)
    if identity is None or identity.token != given.token:
        raise UnknownKeyError("The security token included in the request is invalid.")
    try:
        signed_at = datetime.strptime(given.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("Date must be in ISO-8601 'basic format'.") from error
    if abs(datetime.now(UTC) - signed_at) > given.lifetime:
        raise SignatureError(f"Signature expired: {given.stamp} is not within {given.lifetime} of the present.")
    declared = request.headers.get("X-Amz-Content-SHA256")
    if declared not in (None, "UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
        raise SignatureError(_MISMATCH)
    expected = _signature(request, body, given, identity)
    if not hmac.compare_digest(expected, given.signature) or "host" not in given.signed_headers:
        raise SignatureError(_MISMATCH)
    return identity


def _given(request: Request) -> _Authorization:
    """What a request says of its signature.

    Raises:
        UnsignedError: nothing.
        SignatureError: something that is none.
    """
    header, query = request.headers.get("Authorization", ""), request.args
    try:
        if header.startswith(_ALGORITHM):
            fields = dict(part.strip().split("=", 1) for part in header.removeprefix(_ALGORITHM).split(","))
            stamp, token, lifetime = request.headers.get("X-Amz-Date", ""), request.headers.get(_TOKEN), _SKEW
        elif "X-Amz-Signature" in query:
            fields = {name: query[f"X-Amz-{name}"] for name in ("Credential", "SignedHeaders", "Signature")}
            stamp, token = query.get("X-Amz-Date", ""), query.get(_TOKEN)
            lifetime = timedelta(seconds=int(query["X-Amz-Expires"]))
        else:
            raise UnsignedError
        access_key, day, region, service, _ = fields["Credential"].rsplit("/", 4)
        signed_headers, signature = fields["SignedHeaders"].split(";"), fields["Signature"]
    except (ValueError, KeyError) as error:
        raise SignatureError(f"Authorization header is not valid: {header}") from error
    scope = (day, region, service)
    return _Authorization(access_key, scope, signed_headers, signature, stamp, token, lifetime)


def _signature(request: Request, body: bytes, given: _Authorization, identity: Identity) -> str:
    """What the signature has to be: botocore's own signer on the headers that were signed."""
    raw = request.environ.get("RAW_URI") or request.full_path
    path, _, query = raw.partition("?")
    kept = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    signer = SigV4Auth(Credentials(given.access_key, identity.secret), given.scope[2], given.scope[1])
    signed = AWSRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{path}" + (f"?{kept}" if kept else ""),
        data=body,
        headers={name: request.headers.get(name, "") for name in given.signed_headers},
    )
    signed.context["timestamp"] = given.stamp
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
                    return Identity(access_key, account, key.secret_access_key, None, user.arn, user.id)
    for sts in sts_backends[account].values():
        role = sts.get_assumed_role_from_access_key(access_key)
        if role:
            return Identity(access_key, account, role.secret_access_key, role.session_token, role.arn, role.user_id)
    if access_key == aws.ACCESS_KEY:
        return Identity(access_key, account, aws.SECRET_KEY, None, f"arn:aws:iam::{account}:root", account)
    return None
