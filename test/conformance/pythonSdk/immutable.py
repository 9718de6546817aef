"""Using Immutable Object Storage, and the hosted static website."""

import datetime

from connect import admin, anonymous_get, client, fails_with, new_bucket
from steps import SERVER, same, step, work_file

BUCKET = "python-immutable"
DAY_SECONDS = 86_400
PROTECTION = {
    "Status": "Retention",
    "MinimumRetention": {"Days": 10},
    "DefaultRetention": {"Days": 100},
    "MaximumRetention": {"Days": 1000},
}


def head(key):
    return client.head_object(Bucket=BUCKET, Key=key)


@step("Add a protection configuration to an existing bucket")
def _():
    new_bucket(BUCKET)
    client.put_bucket_protection_configuration(Bucket=BUCKET, ProtectionConfiguration=PROTECTION)
    found = client.get_bucket_protection_configuration(Bucket=BUCKET)["ProtectionConfiguration"]
    same({name: found[name] for name in PROTECTION}, PROTECTION)


@step("Check protection on a bucket")
def _():
    found = client.get_bucket_protection_configuration(Bucket=BUCKET)["ProtectionConfiguration"]
    same({name: found[name] for name in PROTECTION}, PROTECTION)
    new_bucket("python-unprotected")
    plain = client.get_bucket_protection_configuration(Bucket="python-unprotected")["ProtectionConfiguration"]
    same(plain["Status"], "Disabled")


@step("Upload a protected object: the bucket's default period")
def _():
    client.put_object(Bucket=BUCKET, Key="default", Body=b"kept")
    same(head("default")["RetentionPeriod"], 100 * DAY_SECONDS)
    same(fails_with(451, client.delete_object, Bucket=BUCKET, Key="default") != "", True)
    fails_with(451, client.put_object, Bucket=BUCKET, Key="default", Body=b"changed")
    same(client.get_object(Bucket=BUCKET, Key="default")["Body"].read(), b"kept")


@step("Upload a protected object: a period of its own")
def _():
    client.put_object(Bucket=BUCKET, Key="period", Body=b"kept", RetentionPeriod=20 * DAY_SECONDS)
    same(head("period")["RetentionPeriod"], 20 * DAY_SECONDS)
    fails_with(400, client.put_object, Bucket=BUCKET, Key="too-short", Body=b"", RetentionPeriod=DAY_SECONDS)


@step("Upload a protected object: an expiration date")
def _():
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    date = now + datetime.timedelta(days=50)
    client.put_object(Bucket=BUCKET, Key="date", Body=b"kept", RetentionExpirationDate=date)
    same(head("date")["RetentionExpirationDate"], date)


@step("Upload a protected object: put_object with a legal hold")
def _():
    client.put_object(Bucket=BUCKET, Key="held", Body=b"kept", RetentionLegalHoldId="case-1")
    same(head("held")["RetentionLegalHoldCount"], 1)


@step("Upload a protected object: copy_object with its retention")
def _():
    source = {"Bucket": BUCKET, "Key": "period"}
    client.copy_object(Bucket=BUCKET, Key="copied", CopySource=source, RetentionDirective="Copy")
    same(head("copied")["RetentionPeriod"], 20 * DAY_SECONDS)


@step("Upload a protected object: complete_multipart_upload with retention")
def _():
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    part = client.upload_part(Bucket=BUCKET, Key="parts", PartNumber=1, Body=b"part", UploadId=upload)
    client.complete_multipart_upload(
        Bucket=BUCKET,
        Key="parts",
        MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
        UploadId=upload,
        RetentionPeriod=30 * DAY_SECONDS,
    )
    same(head("parts")["RetentionPeriod"], 30 * DAY_SECONDS)


@step("Upload a protected object: upload_file with retention")
def _():
    path = work_file("retained.txt", b"kept")
    client.upload_file(Filename=path, Bucket=BUCKET, Key="file", ExtraArgs={"RetentionPeriod": 40 * DAY_SECONDS})
    same(head("file")["RetentionPeriod"], 40 * DAY_SECONDS)


@step("Add a legal hold to a protected object")
def _():
    client.add_legal_hold(Bucket=BUCKET, Key="period", RetentionLegalHoldId="case-2")
    same(head("period")["RetentionLegalHoldCount"], 1)
    fails_with(409, client.add_legal_hold, Bucket=BUCKET, Key="period", RetentionLegalHoldId="case-2")
    client.add_legal_hold(Bucket=BUCKET, Key="period", RetentionLegalHoldId="case-3")


@step("List legal holds on a protected object")
def _():
    state = client.list_legal_holds(Bucket=BUCKET, Key="period")
    same(state["RetentionPeriod"], 20 * DAY_SECONDS)
    lasting = state["RetentionPeriodExpirationDate"] - state["CreateTime"]
    same(round(lasting.total_seconds()), 20 * DAY_SECONDS)
    same([hold["ID"] for hold in state["LegalHolds"]], ["case-2", "case-3"])
    now = datetime.datetime.now(datetime.timezone.utc)
    same([abs((now - hold["Date"]).total_seconds()) < 300 for hold in state["LegalHolds"]], [True, True])
    client.put_object(Bucket="python-unprotected", Key="free", Body=b"")
    fails_with(404, client.list_legal_holds, Bucket="python-unprotected", Key="free")


@step("Remove a legal hold from a protected object")
def _():
    client.delete_legal_hold(Bucket=BUCKET, Key="period", RetentionLegalHoldId="case-2")
    same(head("period")["RetentionLegalHoldCount"], 1)
    left = client.list_legal_holds(Bucket=BUCKET, Key="period")["LegalHolds"]
    same([hold["ID"] for hold in left], ["case-3"])


@step("Extend the retention period: additional time")
def _():
    client.extend_object_retention(Bucket=BUCKET, Key="period", AdditionalRetentionPeriod=5 * DAY_SECONDS)
    same(head("period")["RetentionPeriod"], 25 * DAY_SECONDS)


@step("Extend the retention period: a new period")
def _():
    client.extend_object_retention(Bucket=BUCKET, Key="period", NewRetentionPeriod=60 * DAY_SECONDS)
    same(head("period")["RetentionPeriod"], 60 * DAY_SECONDS)
    fails_with(
        400, client.extend_object_retention, Bucket=BUCKET, Key="period", NewRetentionPeriod=30 * DAY_SECONDS
    )


@step("Extend the retention period: from the current time")
def _():
    before = head("default")["RetentionExpirationDate"]
    client.extend_object_retention(Bucket=BUCKET, Key="default", ExtendRetentionFromCurrentTime=200 * DAY_SECONDS)
    added_seconds = (head("default")["RetentionExpirationDate"] - before).total_seconds()
    same(100 * DAY_SECONDS <= added_seconds < 101 * DAY_SECONDS, True)


@step("Extend the retention period: a new expiration date")
def _():
    date = head("date")["RetentionExpirationDate"] + datetime.timedelta(days=30)
    client.extend_object_retention(Bucket=BUCKET, Key="date", NewRetentionExpirationDate=date)
    same(head("date")["RetentionExpirationDate"], date)


@step("Create a hosted static website")
def _():
    site = new_bucket("python-website")
    configuration = {"ErrorDocument": {"Key": "error.html"}, "IndexDocument": {"Suffix": "index.html"}}
    client.put_bucket_website(Bucket=site, WebsiteConfiguration=configuration)
    found = client.get_bucket_website(Bucket=site)
    same({name: found[name] for name in configuration}, configuration)
    for name in ("index.html", "error.html", "docs/index.html"):
        client.put_object(Bucket=site, Key=name, Body=name, ContentType="text/html")
    admin("PUT", f"/public-roles/{site}", {"role": "ContentReader"})
    base = f"{SERVER['websiteEndpoint']}/{site}"
    same(anonymous_get(f"{base}/"), (200, b"index.html"))
    same(anonymous_get(f"{base}/docs/"), (200, b"docs/index.html"))
    same(anonymous_get(f"{base}/absent"), (404, b"error.html"))
    client.delete_bucket_website(Bucket=site)
    fails_with(404, client.get_bucket_website, Bucket=site)
