"""boto3's transfer manager, resources and presigned requests, with HMAC keys."""

import io
import os
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from steps import SERVER, WORK_FOLDER, Missing, end, pattern_bytes, same, step, work_file

BUCKET = "boto3-transfers"
MEBIBYTE = 1024 * 1024
LARGE = pattern_bytes(33 * MEBIBYTE + 5, 1)
path = work_file("large.bin", LARGE)


def connect(**config):
    return boto3.client(
        "s3",
        aws_access_key_id=SERVER["accessKeyId"],
        aws_secret_access_key=SERVER["secretAccessKey"],
        endpoint_url=SERVER["endpoint"],
        region_name="us-south",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, **config),
    )


client = connect()


def in_parts(size_mebibytes, **more):
    size = size_mebibytes * MEBIBYTE
    return TransferConfig(multipart_threshold=size, multipart_chunksize=size, **more)


def head(key, **more):
    return client.head_object(Bucket=BUCKET, Key=key, **more)


def download(key, **more):
    buffer = io.BytesIO()
    client.download_fileobj(BUCKET, key, buffer, **more)
    return buffer.getvalue()


def fails_with(code, function, **arguments):
    try:
        function(**arguments)
    except ClientError as error:
        same(error.response["Error"]["Code"], code)
    else:
        raise AssertionError(f"succeeded instead of failing with {code}")


@step("create_bucket with a storage class")
def _():
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-south-smart"})
    same(client.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], "us-south-smart")


for size in (5, 8, 16):

    @step(f"upload_file and download_file in parts of {size} MiB, ten at once")
    def _():
        key = f"parts-{size}"
        client.upload_file(path, BUCKET, key, Config=in_parts(size, max_concurrency=10))
        same(head(key)["ETag"].strip('"').partition("-")[2], str(-(-len(LARGE) // (size * MEBIBYTE))))
        target = os.path.join(WORK_FOLDER, key)
        client.download_file(BUCKET, key, target, Config=in_parts(size, max_concurrency=10))
        with open(target, "rb") as file:
            same(file.read() == LARGE, True)


@step("upload_fileobj of a stream that cannot seek")
def _():
    reading, writing = os.pipe()
    body = LARGE[: 12 * MEBIBYTE + 1]
    if os.fork() == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(body)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        client.upload_fileobj(pipe, BUCKET, "piped", Config=in_parts(5))
    os.wait()
    same(download("piped") == body, True)


@step("upload_file without threads, download_fileobj without threads")
def _():
    client.upload_file(path, BUCKET, "one-thread", Config=in_parts(8, use_threads=False))
    same(download("one-thread", Config=in_parts(8, use_threads=False)) == LARGE, True)


@step("an empty file, and one of exactly one part")
def _():
    for size in (0, 5 * MEBIBYTE):
        client.upload_fileobj(io.BytesIO(LARGE[:size]), BUCKET, "exact", Config=in_parts(5))
        same(download("exact") == LARGE[:size], True)


@step("extra arguments: metadata, headers, tags, ACL")
def _():
    extra = {
        "Metadata": {"colour": "blue"},
        "ContentType": "text/x-test",
        "CacheControl": "no-store",
        "Tagging": "project=blue",
        "ACL": "public-read",
    }
    client.upload_file(path, BUCKET, "extra", ExtraArgs=extra, Config=in_parts(16))
    found = head("extra")
    same((found["Metadata"], found["ContentType"], found["CacheControl"]), ({"colour": "blue"}, "text/x-test", "no-store"))
    same(client.get_object_tagging(Bucket=BUCKET, Key="extra")["TagSet"], [{"Key": "project", "Value": "blue"}])
    with urllib.request.urlopen(f"{SERVER['endpoint']}/{BUCKET}/extra") as response:
        same(response.read() == LARGE, True)


for algorithm in ("CRC32", "SHA1", "SHA256"):

    @step(f"upload_file in parts with {algorithm} checksums")
    def _():
        key = f"checksum-{algorithm}"
        extra = {"ChecksumAlgorithm": algorithm}
        client.upload_file(path, BUCKET, key, ExtraArgs=extra, Config=in_parts(8))
        found = head(key, ChecksumMode="ENABLED")
        same(f"Checksum{algorithm}" in found, True)
        same(download(key) == LARGE, True)


@step("managed copy in one request and in copied parts")
def _():
    source = {"Bucket": BUCKET, "Key": "parts-8"}
    client.copy(source, BUCKET, "copied", Config=in_parts(64))
    client.copy(source, BUCKET, "copied-parts", Config=in_parts(5))
    same(download("copied") == LARGE, True)
    same(download("copied-parts") == LARGE, True)
    same(head("copied-parts")["ETag"].strip('"').endswith("-7"), True)


@step("range reads")
def _():
    for given, expected in (
        ("bytes=0-0", LARGE[:1]),
        ("bytes=8388607-8388608", LARGE[8_388_607:8_388_609]),
        ("bytes=-5", LARGE[-5:]),
        (f"bytes={len(LARGE) - 2}-", LARGE[-2:]),
    ):
        same(client.get_object(Bucket=BUCKET, Key="parts-8", Range=given)["Body"].read(), expected)
    fails_with("InvalidRange", client.get_object, Bucket=BUCKET, Key="parts-8", Range=f"bytes={len(LARGE)}-")


@step("conditional reads, writes and copies")
def _():
    client.put_object(Bucket=BUCKET, Key="conditional", Body=b"one")
    etag = head("conditional")["ETag"]
    fails_with("304", client.get_object, Bucket=BUCKET, Key="conditional", IfNoneMatch=etag)
    fails_with("PreconditionFailed", client.get_object, Bucket=BUCKET, Key="conditional", IfMatch='"0"')
    fails_with("PreconditionFailed", client.put_object, Bucket=BUCKET, Key="conditional", Body=b"two", IfNoneMatch="*")
    fails_with("PreconditionFailed", client.put_object, Bucket=BUCKET, Key="conditional", Body=b"two", IfMatch='"0"')
    source = {"Bucket": BUCKET, "Key": "conditional"}
    copy = {"Bucket": BUCKET, "Key": "copy", "CopySource": source}
    fails_with("PreconditionFailed", client.copy_object, **copy, CopySourceIfMatch='"0"')
    client.copy_object(**copy, CopySourceIfMatch=etag)
    client.put_object(Bucket=BUCKET, Key="conditional", Body=b"two", IfMatch=etag)
    same(download("conditional"), b"two")
    same(download("copy"), b"one")


@step("a download is refused when the object changes meanwhile")
def _():
    client.upload_fileobj(io.BytesIO(LARGE[: 6 * MEBIBYTE]), BUCKET, "changing", Config=in_parts(8))
    etag = head("changing")["ETag"]
    client.put_object(Bucket=BUCKET, Key="changing", Body=b"other")
    fails_with("PreconditionFailed", client.get_object, Bucket=BUCKET, Key="changing", IfMatch=etag, Range="bytes=1-2")


@step("presigned GET and PUT")
def _():
    target = {"Bucket": BUCKET, "Key": "presigned ü"}
    put = urllib.request.Request(client.generate_presigned_url("put_object", Params=target), data=b"sent", method="PUT")
    put.add_header("Content-Type", "")
    with urllib.request.urlopen(put) as response:
        same(response.status, 200)
    url = client.generate_presigned_url("get_object", Params={**target, "ResponseContentType": "text/x-test"})
    with urllib.request.urlopen(url) as response:
        same((response.read(), response.headers["Content-Type"]), (b"sent", "text/x-test"))


@step("presigned POST of a form")
def _():
    post = client.generate_presigned_post(BUCKET, "posted")
    boundary = "conformance-boundary"
    fields = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in post["fields"].items()]
    fields.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\nposted\r\n--{boundary}--\r\n')
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    try:
        urllib.request.urlopen(urllib.request.Request(post["url"], "".join(fields).encode(), headers)).close()
    except urllib.error.HTTPError as error:
        if error.code == 501:
            raise Missing("the server answers 501 to uploads from HTML forms") from error
        raise
    same(download("posted"), b"posted")


@step("versions of an object by the resource interface")
def _():
    resource = boto3.resource(
        "s3",
        aws_access_key_id=SERVER["accessKeyId"],
        aws_secret_access_key=SERVER["secretAccessKey"],
        endpoint_url=SERVER["endpoint"],
        region_name="us-south",
    )
    bucket = resource.Bucket(BUCKET)
    bucket.Versioning().enable()
    for body in (b"first", b"second"):
        bucket.put_object(Key="versioned", Body=body)
    bucket.Object("versioned").delete()
    versions = [version for version in bucket.object_versions.filter(Prefix="versioned")]
    same(len(versions), 3)
    same(sorted(v.get()["Body"].read() for v in versions if v.size is not None), [b"first", b"second"])


@step("pages of 1,005 keys, all of them deleted in batches")
def _():
    for index in range(1005):
        client.put_object(Bucket=BUCKET, Key=f"many/{index:04}", Body=b"")
    pages = list(client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="many/"))
    same([len(page["Contents"]) for page in pages], [1000, 5])
    versions = []
    for page in client.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        versions += page.get("Versions", []) + page.get("DeleteMarkers", [])
    for start in range(0, len(versions), 1000):
        batch = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions[start : start + 1000]]
        answer = client.delete_objects(Bucket=BUCKET, Delete={"Objects": batch, "Quiet": True})
        same(answer.get("Errors", []), [])
    client.delete_bucket(Bucket=BUCKET)
    same(client.list_buckets()["Buckets"], [])


end()
