"""Hands request bodies to services, API Gateway and function URLs as they were sent, whatever they call themselves.

A packed body is unpacked for AWS's services only: what an API or a function's URL is sent is for their owner to unpack.

rolo (LocalStack 4.13.1's gateway) parses a body that calls itself a form and writes a new one from the fields:
`{"a":1}` sent by `curl -d` arrives as `%7B%22a%22%3A1%7D=`, and repeated or empty fields change place. AWS passes
bodies on untouched. Here the body is kept before it is parsed, and given back instead of being made anew. And S3 finds
the XML of `curl -X PUT -d '<Tagging>…'`: Werkzeug's `data` would be empty for what calls itself a form.
"""

from typing import Any

import rolo.client
import rolo.proxy
import rolo.request
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.handlers.codec import ContentDecoder
from localstack.http import Response
from localstack.http import request as localstack_request
from werkzeug.wrappers import Request

_NAME = "restore_payload"
_OWNED = ("/_aws/execute-api/", "/_aws/lambda-url/", "/restapis/")
"""Where paths of APIs and function URLs begin."""
_PARSE = "_load_form_data"  # Werkzeug's, called when a field is first asked for


def original(request: Request) -> bytes:
    """The body as it was sent."""
    return b"" if request.shallow else request.get_data()


def install() -> None:
    """Called once, before the services that import `restore_payload` are loaded."""
    parse = getattr(Request, _PARSE)

    def keep_then_parse(self: Request) -> None:
        # Without a content type nothing is parsed, and the stream that is read now would be lost to `data`.
        if not self.shallow and self.want_form_data_parsed:
            self.get_data(cache=True)
        parse(self)

    read = Request.get_data

    def read_unparsed(self: Request, cache: bool = True, as_text: bool = False, **_parse_form_data: bool) -> Any:
        return read(self, cache, as_text)

    setattr(Request, _PARSE, keep_then_parse)
    Request.get_data = read_unparsed
    unpack = ContentDecoder.__call__

    def unpack_for_services(
        self: ContentDecoder, chain: HandlerChain, context: RequestContext, response: Response
    ) -> None:
        if not context.request.path.startswith(_OWNED) and ".execute-api." not in context.request.host:
            unpack(self, chain, context, response)

    ContentDecoder.__call__ = unpack_for_services
    for module in (rolo.request, rolo.client, rolo.proxy, localstack_request):
        getattr(module, _NAME)  # an AttributeError here means another LocalStack
        setattr(module, _NAME, original)
