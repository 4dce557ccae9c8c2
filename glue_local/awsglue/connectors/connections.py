"""Connections of the Glue Data Catalog, and the secrets that they name.

https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from awsglue.errors import OptionError
from awsglue.frame import catalog


def properties(name: str, catalog_id: str | None = None) -> dict[str, str]:
    """A connection's properties; user and password are those of its secret if it names one.

    Raises:
        botocore.exceptions.ClientError: EntityNotFoundException, as on AWS.
    """
    identity = {"CatalogId": catalog_id} if catalog_id else {}
    found = catalog.client().get_connection(Name=name, HidePassword=False, **identity)["Connection"]
    given: dict[str, str] = {"ConnectionType": found.get("ConnectionType", ""), **found.get("ConnectionProperties", {})}
    given |= {k: str(v) for k, v in (found.get("SparkProperties") or {}).items()}
    secret = given.get("SECRET_ID") or (found.get("AuthenticationConfiguration") or {}).get("SecretArn")
    if secret:
        user, password = secret_login(secret)
        given |= {"USERNAME": user, "PASSWORD": password}
    return given


def secret_value(name: str) -> dict[str, Any]:
    """A secret of Secrets Manager that holds a JSON object.

    Raises:
        OptionError: it holds something else.
    """
    import boto3

    text = boto3.client("secretsmanager").get_secret_value(SecretId=name).get("SecretString", "")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise OptionError(f"Secret {name!r} is no JSON object.") from error
    if not isinstance(found, dict):
        raise OptionError(f"Secret {name!r} is no JSON object.")
    return found


def secret_login(name: str) -> tuple[str, str]:
    """User and password of a secret, under the names that Glue knows.

    Raises:
        OptionError: it has neither.
    """
    found = {key.lower(): str(value) for key, value in secret_value(name).items()}
    user = found.get("username") or found.get("user") or found.get("userid")
    if user is None or "password" not in found:
        raise OptionError(f"Secret {name!r} needs the keys username and password.")
    return user, found["password"]


def jdbc_conf(name: str, catalog_id: str | None = None) -> dict[str, Any]:
    """A JDBC connection's properties, as `extract_jdbc_conf` documents them.

    Raises:
        OptionError: the connection has no JDBC URL.
    """
    found = properties(name, catalog_id)
    url = found.get("JDBC_CONNECTION_URL") or _url(found)
    if not url:
        raise OptionError(f"Connection {name!r} has no JDBC_CONNECTION_URL.")
    return {
        "enforceSSL": found.get("JDBC_ENFORCE_SSL", "false"),
        "skipCustomJDBCCertValidation": found.get("SKIP_CUSTOM_JDBC_CERT_VALIDATION", "false"),
        "fullUrl": url,
        "url": re.sub(r"(//[^/;?]+).*", r"\1", url),
        "user": found.get("USERNAME"),
        "password": found.get("PASSWORD"),
        "customJDBCCertString": found.get("CUSTOM_JDBC_CERT_STRING", ""),
        "customJDBCCert": found.get("CUSTOM_JDBC_CERT", ""),
        "vendor": vendor(url),
        **{k: found[k] for k in ("JDBC_DRIVER_JAR_URI", "JDBC_DRIVER_CLASS_NAME") if found.get(k)},
    }


def _url(found: Mapping[str, str]) -> str:
    """The URL of a connection of the newer kind, which names host, port and database."""
    kind, host = found["ConnectionType"].lower(), found.get("HOST") or found.get("host")
    if not host:
        return ""
    port = found.get("PORT") or found.get("port")
    database = found.get("DATABASE") or found.get("database") or ""
    return with_database(f"jdbc:{kind}://{host}{f':{port}' if port else ''}", database)


def vendor(url: str) -> str:
    """`mysql` of `jdbc:mysql://...`.

    Raises:
        OptionError: it is no JDBC URL.
    """
    parts = url.split(":")
    if len(parts) < 3 or parts[0] != "jdbc":
        raise OptionError(f"{url!r} is no JDBC URL, such as jdbc:postgresql://host:5432/database.")
    return parts[1]


def with_database(url: str, database: str) -> str:
    """The URL of another database on the same server. Oracle's, which name a service, stay as they are."""
    if not database or vendor(url) == "oracle":
        return url
    if vendor(url) == "sqlserver":
        return re.sub(r";databaseName=[^;]*", "", url, flags=re.IGNORECASE) + f";databaseName={database}"
    return re.sub(r"(//[^/?;]+)(/[^?;]*)?", lambda found: f"{found.group(1)}/{database}", url, count=1)
