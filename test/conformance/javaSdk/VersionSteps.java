import com.ibm.cloud.objectstorage.services.s3.AmazonS3;
import com.ibm.cloud.objectstorage.services.s3.model.*;
import java.util.List;
import java.util.stream.Collectors;

/** Versions, delete markers, and what is behind them. */
final class VersionSteps {
  private final String keys;
  private final AmazonS3 client;
  private final String bucket;

  VersionSteps(String keys, AmazonS3 client) {
    this.keys = keys;
    this.client = client;
    this.bucket = "java-versions-" + keys.toLowerCase();
  }

  void run() throws Exception {
    Steps.step(keys + ": setBucketVersioningConfiguration", this::enable);
    Steps.step(keys + ": listVersions, getObject and deleteVersion of a version", this::versions);
  }

  private void enable() {
    client.createBucket(bucket, "us-south-standard");
    BucketVersioningConfiguration enabled = new BucketVersioningConfiguration("Enabled");
    client.setBucketVersioningConfiguration(new SetBucketVersioningConfigurationRequest(bucket, enabled));
    Steps.same(client.getBucketVersioningConfiguration(bucket).getStatus(), "Enabled");
  }

  private void versions() throws Exception {
    String first = client.putObject(bucket, "versioned", "first").getVersionId();
    String second = client.putObject(bucket, "versioned", "second").getVersionId();
    client.deleteObject(bucket, "versioned");
    ObjectSteps.fails("NoSuchKey", () -> client.getObject(bucket, "versioned"));
    List<S3VersionSummary> all = client.listVersions(bucket, "versioned").getVersionSummaries();
    List<String> seen =
        all.stream()
            .map(version -> version.isDeleteMarker() + " " + version.isLatest() + " " + version.getSize())
            .collect(Collectors.toList());
    Steps.same(seen, List.of("true true 0", "false false 6", "false false 5"));
    Steps.same(all.get(1).getVersionId() + all.get(2).getVersionId(), second + first);
    Steps.same(ObjectSteps.text(client.getObject(new GetObjectRequest(bucket, "versioned", first))), "first");
    client.deleteVersion(bucket, "versioned", all.get(0).getVersionId());
    Steps.same(ObjectSteps.text(client.getObject(bucket, "versioned")), "second");
    for (String id : List.of(first, second)) client.deleteVersion(bucket, "versioned", id);
    Steps.same(client.listVersions(bucket, "versioned").getVersionSummaries(), List.of());
  }
}
