"""How the sections connect: IBM's SDK with an API key, or with HMAC keys, against the local server."""

import json
import urllib.error
import urllib.request

import ibm_boto3
from ibm_botocore.client import Config
from ibm_botocore.exceptions import ClientError

from steps import SERVER

AUTH_ENDPOINT = SERVER["iamEndpoint"] + "/identity/token"


def connect(interface="client", **change):
    """
    A client or resource of a session of its own: a session keeps the instance of the client that it made last, and sends
    it for all of them.
    """
    settings = {
        "ibm_api_key_id": SERVER["apiKey"],
        "ibm_service_instance_id": SERVER["serviceInstanceId"],
        "ibm_auth_endpoint": AUTH_ENDPOINT,
        "config": Config(signature_version="oauth"),
        "endpoint_url": SERVER["endpoint"],
    }
    settings.update(change)
    session = ibm_boto3.session.Session()
    return getattr(session, interface)("s3", **settings)


client = connect()


def new_bucket(name, location="us-south-standard", **more):
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": location}, **more)
    return name


def admin(method, path, body=None):
    """A request to the local server's admin endpoint: its clock, and what IAM policies would give on COS."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(SERVER["adminEndpoint"] + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")


def fails_with(status, function, **arguments):
    """Runs an operation that must fail with this HTTP status."""
    try:
        function(**arguments)
    except ClientError as error:
        actual = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if actual != status:
            raise AssertionError(f"failed with {actual}, {error}, instead of {status}") from error
        return error.response["Error"]["Code"]
    raise AssertionError(f"succeeded instead of failing with {status}")


def anonymous_get(url):
    """Status and body of a plain GET."""
    try:
        with urllib.request.urlopen(url) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
