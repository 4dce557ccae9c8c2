"""Custom domain names: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html"""

from typing import Any

import requests

from rapid.core.config import Config
from tests.stacks import deployed

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Certificate: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: "*.example.com"}}
  Rest:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod, Domain: {DomainName: rest.example.com, CertificateArn: !Ref Certificate, EndpointConfiguration: REGIONAL, BasePath: [v1]}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties: {StageName: prod}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties: {DomainName: http.example.com, DomainNameConfigurations: [{CertificateArn: !Ref Certificate}]}
  Shallow:
    Type: AWS::ApiGatewayV2::ApiMapping
    DependsOn: HttpprodStage
    Properties: {ApiId: !Ref Http, DomainName: !Ref Domain, Stage: prod, ApiMappingKey: a}
  Deep:
    Type: AWS::ApiGatewayV2::ApiMapping
    DependsOn: RestprodStage
    Properties: {ApiId: !Ref Rest, DomainName: !Ref Domain, Stage: prod, ApiMappingKey: a/b}
  Tell:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        import json
        def handler(event, context):
            path = event.get("path") or event["rawPath"]
            parameters = event["pathParameters"]["proxy"]
            return {"statusCode": 200, "body": json.dumps([event["version"] if "version" in event else "", path, parameters])}
      Events:
        Rest: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: "/{proxy+}", Method: ANY}}
        Http: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: "/{proxy+}", Method: ANY}}
Outputs:
  Domain: {Value: !Ref Domain}
"""  # noqa: E501 - as SAM takes it


def test_the_host_and_the_longest_mapping_choose_the_api(aws: Any, emulator: Config) -> None:
    def ask(host: str, path: str) -> Any:
        answer = requests.get(f"{emulator.emulator_url}{path}", headers={"Host": host}, timeout=60)
        return answer.json() if answer.ok else (answer.status_code, answer.json())

    with deployed(aws, "domains", TEMPLATE):
        assert ask("rest.example.com", "/v1/x?q=1") == ["", "/v1/x", "x"]
        assert ask("rest.example.com", "/v2/x") == (403, {"message": "Forbidden"})
        assert ask("http.example.com:4566", "/a/x") == ["2.0", "/a/x", "x"]
        assert ask("http.example.com", "/a/b/x") == ["", "/a/b/x", "x"]
        assert ask("http.example.com", "/ab/x") == (403, {"message": "Forbidden"})
