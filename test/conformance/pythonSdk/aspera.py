"""Using Aspera High-Speed Transfer: its connection info; the transfers themselves cannot run here."""

from ibm_botocore.exceptions import ClientError

from connect import client, new_bucket
from steps import Missing, same, step

SECTIONS = (
    "Initializing the AsperaTransferManager",
    "File Upload",
    "File Download",
    "Directory Upload",
    "Directory Download",
    "Using Subscribers",
    "Pause/Resume/Cancel",
)


@step("Aspera: connection info of a bucket")
def _():
    new_bucket("python-aspera")
    try:
        info = client.get_bucket_aspera(Bucket="python-aspera")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 501:
            raise Missing("the server answers 501 to ?faspConnectionInfo") from error
        raise
    same({name: info[name] != "" for name in ("AccessKey", "ATSEndpoint")}, {"AccessKey": True, "ATSEndpoint": True})


for section in SECTIONS:

    @step(f"Aspera: {section}")
    def _():
        raise Missing("needs an Aspera node, which the local server is not, and the ascp program of IBM's cos-aspera")
