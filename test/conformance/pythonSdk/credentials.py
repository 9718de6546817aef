"""Creating a client and sourcing credentials; initializing configuration."""

import json
import os

import ibm_boto3
from ibm_botocore.client import Config
from ibm_botocore.exceptions import ClientError

from connect import AUTH_ENDPOINT, client, connect, new_bucket
from steps import SERVER, same, step

HOME = os.environ["HOME"]
# What a list has to name; removed at the end of these sections.
BUCKET = new_bucket("python-credentials")


def names_only(found):
    same([bucket["Name"] for bucket in found.list_buckets()["Buckets"]], [BUCKET])


def list_with(session):
    found = session.client("s3", endpoint_url=SERVER["endpoint"], config=Config(signature_version="oauth"))
    names_only(found)


def write_private(folder, name, text):
    os.makedirs(os.path.join(HOME, folder), exist_ok=True)
    path = os.path.join(HOME, folder, name)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


@step("Creating a client: API key and instance")
def _():
    names_only(client)


@step("Creating a resource: API key and instance")
def _():
    same([bucket.name for bucket in connect("resource").buckets.all()], [BUCKET])


@step("Creating a client: a wrong API key is refused", asks_server=False)
def _():
    try:
        connect(ibm_api_key_id="not-a-key").list_buckets()
    except Exception as error:
        same("BXNIM0415E" in str(error) or "400" in str(error), True)
    else:
        raise AssertionError("a wrong API key was accepted")


@step("Creating a client: an instance that does not exist is refused")
def _():
    crn = SERVER["serviceInstanceId"].split(":")
    crn[7] = "00000000-0000-4000-8000-000000000000"
    try:
        connect(ibm_service_instance_id=":".join(crn)).list_buckets()
    except ClientError as error:
        same((error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]), (403, "AccessDenied"))
    else:
        raise AssertionError("a foreign instance was accepted")


@step("Sourcing credentials: environment variables")
def _():
    os.environ["IBM_API_KEY_ID"] = SERVER["apiKey"]
    os.environ["IBM_SERVICE_INSTANCE_ID"] = SERVER["serviceInstanceId"]
    os.environ["IBM_AUTH_ENDPOINT"] = AUTH_ENDPOINT
    try:
        list_with(ibm_boto3.session.Session())
    finally:
        for name in ("IBM_API_KEY_ID", "IBM_SERVICE_INSTANCE_ID", "IBM_AUTH_ENDPOINT"):
            del os.environ[name]


@step("Sourcing credentials: service credential in ~/.bluemix/cos_credentials")
def _():
    document = {
        "apikey": SERVER["apiKey"],
        "resource_instance_id": SERVER["serviceInstanceId"],
        "iam_auth_endpoint": AUTH_ENDPOINT,
    }
    path = write_private(".bluemix", "cos_credentials", json.dumps(document))
    try:
        list_with(ibm_boto3.session.Session())
    finally:
        os.remove(path)


@step("Sourcing credentials: API key in ~/.aws/credentials")
def _():
    lines = [
        "[default]",
        f"ibm_api_key_id = {SERVER['apiKey']}",
        f"ibm_service_instance_id = {SERVER['serviceInstanceId']}",
        f"ibm_auth_endpoint = {AUTH_ENDPOINT}",
    ]
    path = write_private(".aws", "credentials", "\n".join(lines) + "\n")
    try:
        list_with(ibm_boto3.session.Session())
    finally:
        os.remove(path)


@step("HMAC keys sign the same requests")
def _():
    hmac = ibm_boto3.session.Session().client(
        "s3",
        aws_access_key_id=SERVER["accessKeyId"],
        aws_secret_access_key=SERVER["secretAccessKey"],
        endpoint_url=SERVER["endpoint"],
        region_name="us-south",
    )
    names_only(hmac)


client.delete_bucket(Bucket=BUCKET)
