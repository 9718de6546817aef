"""Buckets, text files, listings, deletes, and the two ways to update metadata."""

import hashlib

from connect import client, connect, fails_with, new_bucket
from steps import SERVER, same, step

BUCKET = "python-guide"
KEYS = [f"list/{index:02}.txt" for index in range(7)] + ["names/a+b c%20ü.txt"]


@step("Creating a new bucket with a location")
def _():
    new_bucket(BUCKET, "us-south-vault")
    same(client.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], "us-south-vault")


@step("Creating a new bucket: a bare region is refused")
def _():
    configuration = {"LocationConstraint": "us-south"}
    code = fails_with(400, client.create_bucket, Bucket="python-bare", CreateBucketConfiguration=configuration)
    same(code, "InvalidLocationConstraint")


@step("Creating a new text file")
def _():
    for key in KEYS:
        put = client.put_object(Bucket=BUCKET, Key=key, Body=f"text of {key}")
        same(put["ETag"], '"' + hashlib.md5(f"text of {key}".encode()).hexdigest() + '"')
        same(client.get_object(Bucket=BUCKET, Key=key)["Body"].read(), f"text of {key}".encode())


@step("List available buckets")
def _():
    same([bucket["Name"] for bucket in client.list_buckets()["Buckets"]], [BUCKET])


@step("List available buckets with their locations")
def _():
    [bucket] = client.list_buckets_extended(IBMServiceInstanceId=SERVER["serviceInstanceId"])["Buckets"]
    same((bucket["Name"], bucket["LocationConstraint"]), (BUCKET, "us-south-vault"))


@step("List items in a bucket")
def _():
    files = client.list_objects(Bucket=BUCKET).get("Contents", [])
    same([(file["Key"], file["Size"]) for file in files], [(key, len(f"text of {key}".encode())) for key in KEYS])


@step("List items in a bucket: pages by marker")
def _():
    pages = list(client.get_paginator("list_objects").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 3}))
    same([len(page["Contents"]) for page in pages], [3, 3, 2])
    same([file["Key"] for page in pages for file in page["Contents"]], KEYS)


@step("List items in a bucket (v2): the guide's loop with a token that is empty at first")
def _():
    found = []
    token = ""
    while True:
        response = client.list_objects_v2(Bucket=BUCKET, MaxKeys=3, ContinuationToken=token)
        found += [file["Key"] for file in response["Contents"]]
        if not response["IsTruncated"]:
            break
        token = response["NextContinuationToken"]
    same(found, KEYS)


@step("List items in a bucket (v2): folders")
def _():
    page = client.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    same([prefix["Prefix"] for prefix in page["CommonPrefixes"]], ["list/", "names/"])
    same(page.get("Contents", []), [])


@step("Get file contents of particular item")
def _():
    for key in KEYS:
        same(client.get_object(Bucket=BUCKET, Key=key)["Body"].read(), f"text of {key}".encode())
    same(fails_with(404, client.get_object, Bucket=BUCKET, Key="absent"), "NoSuchKey")


@step("Get a range of an item")
def _():
    part = client.get_object(Bucket=BUCKET, Key=KEYS[0], Range="bytes=5-6")
    same((part["Body"].read(), part["ContentRange"]), (b"of", f"bytes 5-6/{len('text of ' + KEYS[0])}"))


@step("Updating metadata with PUT")
def _():
    existing = client.get_object(Bucket=BUCKET, Key=KEYS[0])["Body"].read()
    client.put_object(Bucket=BUCKET, Key=KEYS[0], Body=existing, Metadata={"colour": "blue"})
    same(client.head_object(Bucket=BUCKET, Key=KEYS[0])["Metadata"], {"colour": "blue"})


@step("Updating metadata with COPY")
def _():
    source = {"Bucket": BUCKET, "Key": KEYS[-1]}
    client.copy_object(
        Bucket=BUCKET, Key=KEYS[-1], CopySource=source, Metadata={"shape": "round"}, MetadataDirective="REPLACE"
    )
    after = client.get_object(Bucket=BUCKET, Key=KEYS[-1])
    same((after["Metadata"], after["Body"].read()), ({"shape": "round"}, f"text of {KEYS[-1]}".encode()))


@step("Delete an item from a bucket")
def _():
    client.delete_object(Bucket=BUCKET, Key=KEYS[0])
    same(fails_with(404, client.head_object, Bucket=BUCKET, Key=KEYS[0]), "404")


@step("Delete multiple items from a bucket")
def _():
    names = KEYS[1:4] + ["deletetest/absent.txt"]
    response = client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": name} for name in names]})
    same(sorted(deleted["Key"] for deleted in response["Deleted"]), sorted(names))
    same(response.get("Errors", []), [])
    same([file["Key"] for file in client.list_objects(Bucket=BUCKET)["Contents"]], KEYS[4:])


@step("Delete a bucket: refused while it holds objects")
def _():
    same(fails_with(409, client.delete_bucket, Bucket=BUCKET), "BucketNotEmpty")


@step("Delete a bucket")
def _():
    connect("resource").Bucket(BUCKET).objects.all().delete()
    client.delete_bucket(Bucket=BUCKET)
    same(client.list_buckets()["Buckets"], [])
    same(fails_with(404, client.list_objects, Bucket=BUCKET), "NoSuchBucket")


@step("A bucket answers at its own location only")
def _():
    elsewhere = connect(endpoint_url=SERVER["endpoints"]["eu-de"])
    configuration = {"LocationConstraint": "eu-de-standard"}
    elsewhere.create_bucket(Bucket="python-elsewhere", CreateBucketConfiguration=configuration)
    same(fails_with(404, client.list_objects, Bucket="python-elsewhere"), "NoSuchBucket")
    elsewhere.delete_bucket(Bucket="python-elsewhere")
