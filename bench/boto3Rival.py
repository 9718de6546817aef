"""boto3's own transfer functions. Usage: boto3Rival.py start | up SOURCE BUCKET NAME | down BUCKET NAME TARGET"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, max_pool_connections=16))
verb, arguments = sys.argv[1], sys.argv[2:]

if verb == "up":
    source, bucket, name = arguments
    if os.path.isdir(source):
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda each: client.upload_file(f"{source}/{each}", bucket, f"{name}/{each}"), os.listdir(source)))
    else:
        client.upload_file(source, bucket, name)
elif verb == "down":
    bucket, name, target = arguments
    if name.endswith("/"):
        os.makedirs(target, exist_ok=True)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=name)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda key: client.download_file(bucket, key, f"{target}/{key[len(name):]}"), keys))
    else:
        client.download_file(bucket, name, target)
