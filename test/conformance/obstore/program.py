"""obstore (Apache Arrow's object_store, in Rust) with HMAC keys. It makes no buckets: that is done with a token."""

import datetime
import json
import urllib.parse
import urllib.request

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from steps import SERVER, end, pattern_bytes, same, step

BUCKET = "obstore"
KEY = "folder/a+b c ü.txt"
MEBIBYTE = 1024 * 1024
LARGE = pattern_bytes(12 * MEBIBYTE + 5, 1)


def make_bucket():
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": SERVER["apiKey"]}
    with urllib.request.urlopen(SERVER["iamEndpoint"] + "/identity/token", urllib.parse.urlencode(form).encode()) as answer:
        token = json.load(answer)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "ibm-service-instance-id": SERVER["serviceInstanceId"]}
    url = f"{SERVER['endpoint']}/{BUCKET}"
    urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="PUT")).close()


make_bucket()
store = S3Store(
    BUCKET,
    access_key_id=SERVER["accessKeyId"],
    secret_access_key=SERVER["secretAccessKey"],
    endpoint=SERVER["endpoint"],
    region="us-south",
    virtual_hosted_style_request=False,
    client_options={"allow_http": True},
    retry_config={"max_retries": 0, "retry_timeout": datetime.timedelta(seconds=20)},
)


def read(key):
    return bytes(obstore.get(store, key).bytes())


@step("put, get, head: bytes, size and attributes")
def _():
    attributes = {"Content-Type": "text/x-test", "Cache-Control": "no-store", "colour": "blue"}
    obstore.put(store, KEY, b"first text", attributes=attributes)
    found = obstore.get(store, KEY)
    same(bytes(found.bytes()), b"first text")
    same(dict(found.attributes), attributes)
    head = obstore.head(store, KEY)
    same((head["path"], head["size"], head["e_tag"]), (KEY, 10, '"78b5c756e3656bb419d63f8f2851e28a"'))


@step("get of ranges")
def _():
    same(bytes(obstore.get_range(store, KEY, start=6, length=4)), b"text")
    same([bytes(part) for part in obstore.get_ranges(store, KEY, starts=[0, 6], lengths=[5, 4])], [b"first", b"text"])


@step("put in parts of 5 MiB, five at once")
def _():
    obstore.put(store, "large", LARGE, chunk_size=5 * MEBIBYTE, use_multipart=True, max_concurrency=5)
    same(obstore.head(store, "large")["e_tag"].strip('"').partition("-")[2], "3")
    same(read("large") == LARGE, True)


@step("put if absent, and if unchanged")
def _():
    put = obstore.put(store, "conditional", b"one", mode="create")
    same(read("conditional"), b"one")
    try:
        obstore.put(store, "conditional", b"two", mode="create")
    except AlreadyExistsError:
        pass
    else:
        raise AssertionError("an object was overwritten that was to be created")
    obstore.put(store, "conditional", b"three", mode={"e_tag": put["e_tag"]})
    try:
        obstore.put(store, "conditional", b"four", mode={"e_tag": put["e_tag"]})
    except PreconditionError:
        pass
    else:
        raise AssertionError("an object was overwritten that had changed")
    same(read("conditional"), b"three")


@step("copy and rename on the server")
def _():
    obstore.copy(store, KEY, "server/copied")
    obstore.rename(store, "server/copied", "server/renamed")
    same(read("server/renamed"), b"first text")
    same([item["path"] for item in obstore.list(store, "server").collect()], ["server/renamed"])


@step("list: every key and size, and by folders")
def _():
    found = [(item["path"], item["size"]) for item in obstore.list(store).collect()]
    same(sorted(found), [("conditional", 5), (KEY, 10), ("large", len(LARGE)), ("server/renamed", 10)])
    level = obstore.list_with_delimiter(store)
    same(list(level["common_prefixes"]), ["folder", "server"])
    same([item["path"] for item in level["objects"]], ["conditional", "large"])


@step("sign gives a URL that anybody can fetch")
def _():
    signed = obstore.sign(store, "GET", KEY, datetime.timedelta(minutes=5))
    with urllib.request.urlopen(signed) as answer:
        same(answer.read(), b"first text")


@step("delete of several in one request")
def _():
    obstore.delete(store, [KEY, "large", "server/renamed"])
    same([item["path"] for item in obstore.list(store).collect()], ["conditional"])


end()
