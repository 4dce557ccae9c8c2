"""Registers Cognito user pools with LocalStack."""

from localstack.services.plugins import Service, aws_provider


@aws_provider(api="cognito-idp", name="rapid")
def cognito_idp() -> Service:
    from joserfc.jwk import RSAKey

    from rapid.emulator.cognito.provider import UserPoolProvider
    from rapid.emulator.moto import with_moto
    from rapid.emulator.state import pickling

    pickling.reducers[RSAKey] = lambda key: (RSAKey.import_key, (key.as_dict(private=True),))
    return Service.for_provider(UserPoolProvider(), dispatch_table_factory=with_moto)
