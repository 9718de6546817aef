"""MinIO's SDK for Python, with HMAC keys."""

import datetime
import io
import urllib.parse
import urllib.request

from minio import Minio
from minio.commonconfig import ENABLED, REPLACE, CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.versioningconfig import VersioningConfig

from steps import SERVER, end, pattern_bytes, same, step

BUCKET = "minio-py"
KEY = "folder/a+b c%20ü.txt"
MEBIBYTE = 1024 * 1024
LARGE = pattern_bytes(12 * MEBIBYTE + 5, 1)
url = urllib.parse.urlsplit(SERVER["endpoint"])
client = Minio(
    url.netloc,
    access_key=SERVER["accessKeyId"],
    secret_key=SERVER["secretAccessKey"],
    secure=False,
    region="us-south-standard",
)


def read(key, **more):
    answer = client.get_object(BUCKET, key, **more)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def fails_with(code, function, *arguments):
    try:
        function(*arguments)
    except S3Error as error:
        same(error.code, code)
    else:
        raise AssertionError(f"succeeded instead of failing with {code}")


@step("make_bucket, list_buckets")
def _():
    client.make_bucket(BUCKET)
    same([bucket.name for bucket in client.list_buckets()], [BUCKET])
    fails_with("NoSuchKey", client.stat_object, BUCKET, "absent")


@step("put_object, stat_object, get_object: bytes, type and metadata")
def _():
    client.put_object(BUCKET, KEY, io.BytesIO(b"first text"), 10, content_type="text/x-test", metadata={"colour": "blue"})
    found = client.stat_object(BUCKET, KEY)
    same((found.size, found.etag, found.content_type), (10, "78b5c756e3656bb419d63f8f2851e28a", "text/x-test"))
    same(found.metadata["x-amz-meta-colour"], "blue")
    same(read(KEY), b"first text")
    same(read(KEY, offset=6, length=4), b"text")


@step("put_object in parts of 5 MiB")
def _():
    client.put_object(BUCKET, "large", io.BytesIO(LARGE), -1, part_size=5 * MEBIBYTE)
    same(client.stat_object(BUCKET, "large").etag.partition("-")[2], "3")
    same(read("large") == LARGE, True)


@step("copy_object with new metadata")
def _():
    client.copy_object(BUCKET, "copy", CopySource(BUCKET, KEY), metadata={"shape": "round"}, metadata_directive=REPLACE)
    same(read("copy"), b"first text")
    same(client.stat_object(BUCKET, "copy").metadata["x-amz-meta-shape"], "round")


@step("list_objects: recursive, by folders")
def _():
    found = [(item.object_name, item.size) for item in client.list_objects(BUCKET, recursive=True)]
    same(found, [("copy", 10), (KEY, 10), ("large", len(LARGE))])
    same([item.object_name for item in client.list_objects(BUCKET)], ["copy", "large", "folder/"])


@step("set_object_tags, get_object_tags, delete_object_tags")
def _():
    tags = Tags.new_object_tags()
    tags["project"] = "blue"
    client.set_object_tags(BUCKET, KEY, tags)
    same(dict(client.get_object_tags(BUCKET, KEY)), {"project": "blue"})
    client.delete_object_tags(BUCKET, KEY)
    same(client.get_object_tags(BUCKET, KEY), None)


@step("presigned_get_object")
def _():
    signed = client.presigned_get_object(BUCKET, KEY, expires=datetime.timedelta(minutes=5))
    with urllib.request.urlopen(signed) as answer:
        same(answer.read(), b"first text")


@step("versions: listed, read and removed")
def _():
    client.set_bucket_versioning(BUCKET, VersioningConfig(ENABLED))
    same(client.get_bucket_versioning(BUCKET).status, "Enabled")
    ids = [client.put_object(BUCKET, "versioned", io.BytesIO(body), len(body)).version_id for body in (b"one", b"two")]
    client.remove_object(BUCKET, "versioned")
    found = list(client.list_objects(BUCKET, prefix="versioned", include_version=True))
    same(sorted(item.version_id for item in found if not item.is_delete_marker), sorted(ids))
    same([item.is_latest == "true" for item in found if item.is_delete_marker], [True])
    same(read("versioned", version_id=ids[0]), b"one")


@step("remove_objects of every version, remove_bucket")
def _():
    doomed = [DeleteObject(v.object_name, v.version_id) for v in client.list_objects(BUCKET, recursive=True, include_version=True)]
    same(len(doomed), 6)
    same(list(client.remove_objects(BUCKET, doomed)), [])
    client.remove_bucket(BUCKET)
    same(client.list_buckets(), [])


end()
