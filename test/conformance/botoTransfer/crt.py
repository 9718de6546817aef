"""boto3 with the Common Runtime: its own client for transfers, and its checksums (CRC64NVME among them)."""

import itertools
import os
import time

import boto3
import botocore.session
from s3transfer.crt import BotocoreCRTCredentialsWrapper, BotocoreCRTRequestSerializer, CRTTransferManager
from s3transfer.crt import create_s3_crt_client

from steps import SERVER, WORK_FOLDER, end, pattern_bytes, same, step, work_file

BUCKET = "boto3-crt"
MEBIBYTE = 1024 * 1024
LARGE = pattern_bytes(33 * MEBIBYTE + 5, 1)
path = work_file("large.bin", LARGE)
os.environ["AWS_ACCESS_KEY_ID"] = SERVER["accessKeyId"]
os.environ["AWS_SECRET_ACCESS_KEY"] = SERVER["secretAccessKey"]
client = boto3.client("s3", region_name="us-south", endpoint_url=SERVER["endpoint"])


def crt_manager():
    """What boto3 makes for `preferred_transfer_client="crt"`, which it makes for TLS and the endpoint of AWS only."""
    session = botocore.session.Session()
    provider = BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider()
    runtime = create_s3_crt_client("us-south", crt_credentials_provider=provider, use_ssl=False, part_size=8 * MEBIBYTE)
    where = {"region_name": "us-south", "endpoint_url": SERVER["endpoint"]}
    return CRTTransferManager(runtime, BotocoreCRTRequestSerializer(session, where))


manager = crt_manager()
reads = itertools.count()


def upload(file, key, **extra):
    manager.upload(file, BUCKET, key, extra_args=extra).result()


def read(key):
    """The result is told before the file gets its name, which the runtime does on a thread of its own."""
    target = os.path.join(WORK_FOLDER, f"read-{next(reads)}.bin")
    manager.download(BUCKET, key, target).result()
    for _ in range(200):
        if os.path.exists(target):
            break
        time.sleep(0.05)
    with open(target, "rb") as file:
        return file.read()


@step("create_bucket")
def _():
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-south-standard"})
    same(client.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], "us-south-standard")


for size in (0, 6, 5 * MEBIBYTE, len(LARGE)):

    @step(f"upload and download of {size} bytes by the Common Runtime")
    def _():
        file = work_file("part.bin", LARGE[:size])
        upload(file, f"size-{size}")
        same(client.head_object(Bucket=BUCKET, Key=f"size-{size}")["ContentLength"], size)
        same(read(f"size-{size}") == LARGE[:size], True)


@step("upload with metadata and headers by the Common Runtime")
def _():
    extra = {"Metadata": {"colour": "blue"}, "ContentType": "text/x-test", "CacheControl": "no-store"}
    upload(path, "extra", **extra)
    found = client.head_object(Bucket=BUCKET, Key="extra")
    same((found["Metadata"], found["ContentType"], found["CacheControl"]), tuple(extra.values()))
    same(read("extra") == LARGE, True)


for algorithm, length in (("CRC32", 8), ("CRC32C", 8), ("CRC64NVME", 12), ("SHA1", 28), ("SHA256", 44)):

    @step(f"put_object with {algorithm}, computed by the Common Runtime where Python has it not")
    def _():
        put = client.put_object(Bucket=BUCKET, Key=algorithm, Body=b"123456789", ChecksumAlgorithm=algorithm)
        answer = client.get_object(Bucket=BUCKET, Key=algorithm, ChecksumMode="ENABLED")
        same(answer["Body"].read(), b"123456789")
        name = f"Checksum{algorithm}"
        same((len(answer[name]), answer[name]), (length, put[name]))
        known = {"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}
        same(answer[name], known.get(algorithm, answer[name]))


@step("delete_objects of all")
def _():
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET)["Contents"]]
    same(len(keys), 10)
    deleted = client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    same(sorted(item["Key"] for item in deleted["Deleted"]), sorted(keys))
    client.delete_bucket(Bucket=BUCKET)
    same(client.list_buckets()["Buckets"], [])


end()
