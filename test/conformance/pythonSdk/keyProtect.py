"""Using Key Protect: the root key comes from the Key Protect API with a token of the local IAM."""

import json
import urllib.parse
import urllib.request

from connect import AUTH_ENDPOINT, client, fails_with, new_bucket
from steps import SERVER, same, step

root_keys = []


def get_json(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return json.load(response)


@step("Retrieving the root key CRN")
def _():
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": SERVER["apiKey"]}
    with urllib.request.urlopen(AUTH_ENDPOINT, urllib.parse.urlencode(form).encode()) as response:
        bearer = {"Authorization": "Bearer " + json.load(response)["access_token"]}
    instances = get_json(SERVER["resourceControllerEndpoint"] + "/v2/resource_instances", bearer)["resources"]
    for instance in instances:
        if ":kms:" in instance["crn"]:
            keys = get_json(SERVER["kmsEndpoint"] + "/api/v2/keys", {**bearer, "Bluemix-Instance": instance["guid"]})
            root_keys.extend(key["crn"] for key in keys["resources"] if key["state"] == 1 and not key["extractable"])
    same(root_keys != [] and all(":key:" in crn for crn in root_keys), True)


@step("Creating a bucket with key-protect enabled")
def _():
    key_protect = {"IBMSSEKPEncryptionAlgorithm": "AES256", "IBMSSEKPCustomerRootKeyCrn": root_keys[0]}
    new_bucket("python-key-protect", **key_protect)
    head = client.head_bucket(Bucket="python-key-protect")
    same(head["IBMSSEKPCrkId"], root_keys[0])
    # The documented value is "True", which the SDK's parser, made for "true", shows as False: look at the header itself.
    same(head["ResponseMetadata"]["HTTPHeaders"]["ibm-sse-kp-enabled"], "True")
    client.put_object(Bucket="python-key-protect", Key="secret.txt", Body=b"wrapped")
    same(client.get_object(Bucket="python-key-protect", Key="secret.txt")["Body"].read(), b"wrapped")
    same(client.list_objects(Bucket="python-key-protect")["IBMSSEKPCrkId"], root_keys[0])


@step("Creating a bucket with key-protect enabled: an unknown root key is refused")
def _():
    code = fails_with(
        400,
        client.create_bucket,
        Bucket="python-unknown-key",
        CreateBucketConfiguration={"LocationConstraint": "us-south-standard"},
        IBMSSEKPEncryptionAlgorithm="AES256",
        IBMSSEKPCustomerRootKeyCrn=root_keys[0][:-4] + "0000",
    )
    same(code, "InvalidArgument")
