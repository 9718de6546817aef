"""Backup policies, vaults, recovery ranges and restores, with IBM's resource configuration SDK."""

import time

from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_cos_sdk_config.resource_configuration_v1 import ResourceConfigurationV1

from connect import admin, client, fails_with, new_bucket
from steps import SERVER, Missing, same, step

BUCKET = "python-backup"
VAULT = "python-vault"
config = ResourceConfigurationV1(authenticator=IAMAuthenticator(SERVER["apiKey"], url=SERVER["iamEndpoint"]))
config.set_service_url(SERVER["configEndpoint"])
BUCKET_CRN = SERVER["serviceInstanceId"].removesuffix("::") + f":bucket:{BUCKET}"
known = {}


def call(operation, **arguments):
    """Calls an operation; the server's own 501 means that it does not have backups yet."""
    try:
        return operation(**arguments).get_result()
    except ApiException as error:
        if error.status_code == 501:
            raise Missing("the server answers 501 to backup requests") from error
        raise


def need(name):
    if name not in known:
        raise Missing(f"there is no {name}: an earlier section did not give one")
    return known[name]


@step("Bucket configuration by the resource configuration API")
def _():
    new_bucket(BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    config.update_bucket_config(bucket=BUCKET, bucket_patch={"hard_quota": 1_000_000})
    found = config.get_bucket_config(bucket=BUCKET).get_result()
    same((found["name"], found["hard_quota"], found["crn"]), (BUCKET, 1_000_000, BUCKET_CRN))
    known["version"] = client.put_object(Bucket=BUCKET, Key="ledger", Body=b"first")["VersionId"]


@step("Creating a Backup Vault")
def _():
    vault = call(
        config.create_backup_vault,
        service_instance_id=SERVER["serviceInstanceId"],
        backup_vault_name=VAULT,
        region="us-south",
    )
    same((vault["backup_vault_name"], vault["region"]), (VAULT, "us-south"))
    known["vault"] = vault["crn"]


@step("Listing Backup Vaults")
def _():
    vaults = call(config.list_backup_vaults, service_instance_id=SERVER["serviceInstanceId"])
    same(vaults["backup_vaults"], [need("vault")])


@step("Get Backup Vaults")
def _():
    same(call(config.get_backup_vault, backup_vault_name=VAULT)["crn"], need("vault"))


@step("Update Backup Vaults")
def _():
    patch = {"activity_tracking": {"management_events": True}, "metrics_monitoring": {"usage_metrics_enabled": True}}
    vault = call(config.update_backup_vault, backup_vault_name=VAULT, backup_vault_patch=patch)
    same({name: vault[name] for name in patch}, patch)


@step("Creating a Backup Policy")
def _():
    policy = call(
        config.create_backup_policy,
        bucket=BUCKET,
        policy_name="python-policy",
        target_backup_vault_crn=known.get("vault", SERVER["serviceInstanceId"] + "backup-vault:absent"),
        backup_type="continuous",
        initial_retention={"delete_after_days": 1},
    )
    known["policy"] = policy["policy_id"]


@step("Listing a Backup Policy")
def _():
    policies = call(config.list_backup_policies, bucket=BUCKET)["backup_policies"]
    same([policy["policy_id"] for policy in policies], [need("policy")])


@step("Get a Backup Policy")
def _():
    policy = call(config.get_backup_policy, bucket=BUCKET, policy_id=known.get("policy", "absent"))
    same((policy["policy_name"], policy["backup_type"]), ("python-policy", "continuous"))


@step("Listing Recovery Ranges")
def _():
    for _ in range(60):
        ranges = call(config.list_recovery_ranges, backup_vault_name=VAULT)["recovery_ranges"]
        if ranges != []:
            break
        admin("POST", "/clock/advance", {"byMs": 10_000})
        time.sleep(0.1)
    same([(found["source_resource_crn"]) for found in ranges], [BUCKET_CRN])
    known["range"] = ranges[0]["recovery_range_id"]


@step("Get Recovery Range")
def _():
    found = call(
        config.get_source_resource_recovery_range,
        backup_vault_name=VAULT,
        recovery_range_id=known.get("range", "absent"),
    )
    same(found["backup_policy_name"], "python-policy")


@step("Update Recovery Range")
def _():
    found = call(
        config.patch_source_resource_recovery_range,
        backup_vault_name=VAULT,
        recovery_range_id=known.get("range", "absent"),
        recovery_range_patch={"retention": {"delete_after_days": 99}},
    )
    same(found["retention"]["delete_after_days"], 99)


@step("Initiating a Restore")
def _():
    found = call(
        config.get_source_resource_recovery_range,
        backup_vault_name=VAULT,
        recovery_range_id=known.get("range", "absent"),
    )
    # A version that is deleted for good comes back with its id.
    client.delete_object(Bucket=BUCKET, Key="ledger", VersionId=known["version"])
    fails_with(404, client.get_object, Bucket=BUCKET, Key="ledger")
    restore = call(
        config.create_restore,
        backup_vault_name=VAULT,
        recovery_range_id=need("range"),
        restore_type="in_place",
        restore_point_in_time=found["range_end_time"],
        target_resource_crn=BUCKET_CRN,
    )
    known["restore"] = restore["restore_id"]


@step("Listing Restore")
def _():
    restores = call(config.list_restores, backup_vault_name=VAULT)["restores"]
    same([restore["restore_id"] for restore in restores], [need("restore")])


@step("Get Restore Details")
def _():
    for _ in range(60):
        restore = call(config.get_restore, backup_vault_name=VAULT, restore_id=known.get("restore", "absent"))
        if restore["restore_status"] not in ("initializing", "running"):
            break
        admin("POST", "/clock/advance", {"byMs": 10_000})
        time.sleep(0.1)
    same((restore["restore_status"], restore["target_resource_crn"]), ("complete", BUCKET_CRN))
    restored = client.get_object(Bucket=BUCKET, Key="ledger", VersionId=known["version"])
    same(restored["Body"].read(), b"first")


@step("Delete a Backup Policy")
def _():
    call(config.delete_backup_policy, bucket=BUCKET, policy_id=known.get("policy", "absent"))
    same(call(config.list_backup_policies, bucket=BUCKET)["backup_policies"], [])


@step("Delete a Backup Vault")
def _():
    if "vault" in known:
        spare = {"service_instance_id": SERVER["serviceInstanceId"], "region": "us-south"}
        call(config.create_backup_vault, backup_vault_name="python-spare", **spare)
    call(config.delete_backup_vault, backup_vault_name="python-spare")
    vaults = call(config.list_backup_vaults, service_instance_id=SERVER["serviceInstanceId"])
    same(vaults["backup_vaults"], [need("vault")])
