"""JSON Web Tokens of callers: whose they are, and whether they are good.

Tokens of user pools here are verified with the pool's key; those of another issuer with the keys that it publishes
(`<issuer>/.well-known/openid-configuration`), as far as it can be reached.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html (read 2026-11)
"""

import base64
import json
import re
import time
from functools import lru_cache
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from moto.cognitoidp.models import CognitoIdpUserPool, cognitoidp_backends

Claims = dict[str, Any]

_POOL = re.compile(r"https://cognito-idp\.([\w-]+)\.amazonaws\.com/([\w-]+)")
_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256"]
_KEYS_SECONDS = 3600
_FETCH_SECONDS = 5.0


class TokenError(Exception):
    """The token is not good; the message says why in few words. `expired`: it was, once."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


def verify(token: str) -> Claims:
    """The claims of a token.

    Raises:
        TokenError: it is none, it is expired or not valid yet, or its issuer did not sign it.
    """
    issuer = str(_unverified(token).get("iss") or "")
    if not issuer:
        raise TokenError("the token has no issuer")
    pool = find_pool(issuer)
    key = pool.json_web_key if pool else _published_keys(issuer, int(time.time()) // _KEYS_SECONDS)
    try:
        claims: Claims = jwt.decode(token, key, algorithms=_ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise TokenError("the token's signature is invalid") from error
    now = time.time()
    try:
        if float(claims["exp"]) <= now:
            raise TokenError("the token has expired", expired=True)
        if float(claims.get("nbf") or 0) > now or float(claims.get("iat") or 0) > now + 1:
            raise TokenError("the token is not valid yet")
    except (KeyError, TypeError, ValueError) as error:
        raise TokenError("the token says no time of expiry") from error
    return claims


def find_pool(issuer: str) -> CognitoIdpUserPool | None:
    """The user pool here that issues such tokens."""
    if not (found := _POOL.fullmatch(issuer)):
        return None
    for _, region, backend in cognitoidp_backends.iter_backends():
        if region == found[1] and found[2] in backend.user_pools:
            return backend.user_pools[found[2]]
    return None


def scopes(claims: Claims) -> list[str]:
    """The scopes of an access token."""
    found = claims.get("scope") or claims.get("scp") or ""
    return [str(one) for one in found] if isinstance(found, list) else str(found).split()


def texts(claims: Claims) -> dict[str, str]:
    """Claims as an authorizer hands them to its API: what is no text is JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in claims.items()}


def _unverified(token: str) -> Claims:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError) as error:
        raise TokenError("the token is malformed") from error
    if not isinstance(claims, dict):
        raise TokenError("the token is malformed")
    return claims


@lru_cache(maxsize=64)
def _published_keys(issuer: str, _hour: int) -> KeySet:
    """The keys that an issuer publishes.

    Raises:
        TokenError: it cannot be reached, or publishes none.
    """
    try:
        found = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=_FETCH_SECONDS).json()
        return KeySet.import_key_set(requests.get(found["jwks_uri"], timeout=_FETCH_SECONDS).json())
    except (requests.RequestException, JoseError, KeyError, TypeError, ValueError) as error:
        raise TokenError("the issuer's keys cannot be fetched") from error
