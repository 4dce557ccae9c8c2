"""`./rapid env`: what other programs need to reach the stack, as lines for a shell."""

import json
import os
import shlex

import click

from rapid.core import aws
from rapid.core.config import Config, load
from rapid.core.surroundings import past_proxies


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def env(as_json: bool) -> None:
    """Print variables that point AWS clients at the emulator, and where the stack is.

    \b
    eval "$(./rapid env)"
    aws s3 ls
    curl -X POST "$API_URL/ingest/orders" -H "x-api-key: $API_KEY" -H "content-type: application/json" -d @orders.json
    """
    from rapid.deploy import NoStackError

    config = load()
    found = {**aws.environment(config), **past_proxies(config, os.environ)}
    try:
        found |= _stack(config)
    except NoStackError as error:
        click.echo(f"Variables of the stack are left out: {error}", err=True)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        click.echo(f"export {name}={shlex.quote(value)}")


def _stack(config: Config) -> dict[str, str]:
    """Addresses in the stack, and the key of its API.

    Raises:
        NoStackError: it is not deployed.
    """
    from rapid.deploy import outputs

    stack = outputs(config)
    key = aws.client(config, "apigateway").get_api_key(apiKey=stack["ApiKeyId"], includeValue=True)["value"]
    names = {"DATA_BUCKET": "DataBucket", "GLUE_DATABASE": "GlueDatabase", "ATHENA_WORKGROUP": "AthenaWorkGroup"}
    return {"API_URL": stack["ApiUrl"].rstrip("/"), "API_KEY": key, **{n: stack[o] for n, o in names.items()}}
