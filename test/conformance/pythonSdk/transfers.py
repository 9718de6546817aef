"""Run a multi-part upload: managed, by hand, and with the TransferManager."""

import io
import math

import ibm_boto3
from ibm_botocore.exceptions import ClientError
from ibm_s3transfer.manager import TransferManager

from connect import client, fails_with, new_bucket
from steps import pattern_bytes, same, step, work_file

BUCKET = "python-transfers"
MEBIBYTE = 1024 * 1024
LARGE = pattern_bytes(45 * MEBIBYTE + 3, 1)
path = work_file("large.bin", LARGE)


def stored(key):
    buffer = io.BytesIO()
    client.download_fileobj(Bucket=BUCKET, Key=key, Fileobj=buffer)
    return buffer.getvalue()


def transfer_config(threshold, size):
    return ibm_boto3.s3.transfer.TransferConfig(multipart_threshold=threshold, multipart_chunksize=size)


def parts_of(key):
    return client.head_object(Bucket=BUCKET, Key=key)["ETag"].strip('"').partition("-")[2]


@step("Upload binary file: upload_fileobj above the threshold, in parts")
def _():
    new_bucket(BUCKET)
    config = transfer_config(15 * MEBIBYTE, 5 * MEBIBYTE)
    with open(path, "rb") as file:
        client.upload_fileobj(Bucket=BUCKET, Key="managed", Fileobj=file, Config=config)
    same(parts_of("managed"), "10")
    same(stored("managed") == LARGE, True)


@step("Upload binary file: upload_fileobj below the threshold, in one request")
def _():
    config = transfer_config(15 * MEBIBYTE, 5 * MEBIBYTE)
    client.upload_fileobj(Bucket=BUCKET, Key="small", Fileobj=io.BytesIO(LARGE[: 6 * MEBIBYTE]), Config=config)
    same(parts_of("small"), "")
    same(stored("small") == LARGE[: 6 * MEBIBYTE], True)


@step("Manually run a multi-part upload")
def _():
    size = 20 * MEBIBYTE
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="manual")["UploadId"]
    parts = []
    for index in range(math.ceil(len(LARGE) / size)):
        body = LARGE[index * size : (index + 1) * size]
        part = client.upload_part(
            Bucket=BUCKET, Key="manual", PartNumber=index + 1, Body=body, ContentLength=len(body), UploadId=upload
        )
        parts.append({"ETag": part["ETag"], "PartNumber": index + 1})
    listed = client.list_parts(Bucket=BUCKET, Key="manual", UploadId=upload)["Parts"]
    same([(part["PartNumber"], part["ETag"]) for part in listed], [(p["PartNumber"], p["ETag"]) for p in parts])
    fails_with(404, client.head_object, Bucket=BUCKET, Key="manual")
    client.complete_multipart_upload(
        Bucket=BUCKET, Key="manual", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    same(stored("manual") == LARGE, True)


@step("Manually run a multi-part upload: aborted when it fails")
def _():
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="aborted")["UploadId"]
    client.upload_part(Bucket=BUCKET, Key="aborted", PartNumber=1, Body=b"part", UploadId=upload)
    try:
        client.complete_multipart_upload(
            Bucket=BUCKET,
            Key="aborted",
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": '"' + 32 * "0" + '"', "PartNumber": 1}]},
        )
    except ClientError as error:
        same(error.response["Error"]["Code"], "InvalidPart")
        client.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=upload)
    else:
        raise AssertionError("an upload with a wrong part was completed")
    same(client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [])
    same(fails_with(404, client.list_parts, Bucket=BUCKET, Key="aborted", UploadId=upload), "NoSuchUpload")


@step("Large object upload by using TransferManager")
def _():
    manager = TransferManager(client, config=transfer_config(5 * MEBIBYTE, 5 * MEBIBYTE))
    try:
        manager.upload(path, BUCKET, "transfer-manager").result()
    finally:
        manager.shutdown()
    same(parts_of("transfer-manager"), "10")
    same(stored("transfer-manager") == LARGE, True)


@step("Download a large object in ranges")
def _():
    target = path + ".again"
    client.download_file(BUCKET, "managed", target, Config=transfer_config(5 * MEBIBYTE, 5 * MEBIBYTE))
    with open(target, "rb") as file:
        same(file.read() == LARGE, True)


@step("Managed copy of a large object in parts")
def _():
    source = {"Bucket": BUCKET, "Key": "managed"}
    client.copy(source, BUCKET, "copied", Config=transfer_config(5 * MEBIBYTE, 8 * MEBIBYTE))
    same(parts_of("copied"), "6")
    same(stored("copied") == LARGE, True)
