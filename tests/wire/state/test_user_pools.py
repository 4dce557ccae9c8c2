"""User pools after kill -9: who had signed up signs in, and tokens from before are good."""

from collections.abc import Callable
from typing import Any

NAME, PASSWORD = "ann", "Abcdef1!x"


def test_a_user_signs_in_again(mortal: Any, client: Callable[[str], Any]) -> None:
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    app = made["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username=NAME, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=NAME, Password=PASSWORD, Permanent=True)
    given = {"USERNAME": NAME, "PASSWORD": PASSWORD}
    before = cognito.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    mortal.restart()
    told = cognito.get_user(AccessToken=before["AuthenticationResult"]["AccessToken"])
    assert told["Username"] == NAME
    after = cognito.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    assert after["AuthenticationResult"]["IdToken"]
