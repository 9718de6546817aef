import com.ibm.cloud.objectstorage.services.s3.AmazonS3;
import com.ibm.cloud.objectstorage.services.s3.model.*;
import com.ibm.cloud.objectstorage.util.Md5Utils;
import java.io.ByteArrayInputStream;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;

/** Retention policies, legal holds, and extending what is retained: of IBM's own. */
final class ImmutableSteps {
  private static final long DAY_SECONDS = 86_400;
  private final String keys;
  private final AmazonS3 client;
  private final String bucket;

  ImmutableSteps(String keys, AmazonS3 client) {
    this.keys = keys;
    this.client = client;
    this.bucket = "java-immutable-" + keys.toLowerCase();
  }

  void run() throws Exception {
    Steps.step(keys + ": setBucketProtection, getBucketProtection", this::protect);
    Steps.step(keys + ": putObject with a retention period", this::retain);
    Steps.step(keys + ": addLegalHold, listLegalHolds: every id and its date", this::addHolds);
    Steps.step(keys + ": deleteLegalHold leaves the other hold", this::deleteHold);
    Steps.step(keys + ": extendObjectRetention by time, to a period, to a date", this::extend);
  }

  private void protect() {
    client.createBucket(bucket, "us-south-standard");
    client.setBucketProtection(bucket, new BucketProtectionConfiguration()
        .withStatus(BucketProtectionStatus.Retention)
        .withMinimumRetentionInDays(10)
        .withDefaultRetentionInDays(100)
        .withMaximumRetentionInDays(1000));
    BucketProtectionConfiguration found = client.getBucketProtection(bucket);
    Steps.same(found.getStatus(), "Retention");
    Steps.same(found.getMinimumRetentionInDays(), 10);
    Steps.same(found.getDefaultRetentionInDays(), 100);
    Steps.same(found.getMaximumRetentionInDays(), 1000);
  }

  private void retain() throws Exception {
    ObjectMetadata metadata = ObjectSteps.metadata(4);
    // The service wants a checksum here, and this SDK sends none by itself.
    metadata.setContentMD5(Md5Utils.md5AsBase64("kept".getBytes()));
    PutObjectRequest put =
        new PutObjectRequest(bucket, "kept", new ByteArrayInputStream("kept".getBytes()), metadata);
    put.setRetentionPeriod(20 * DAY_SECONDS);
    client.putObject(put);
    ObjectMetadata head = client.getObjectMetadata(bucket, "kept");
    Steps.same(head.getRetentionPeriod(), 20 * DAY_SECONDS);
    long days = Math.round((head.getRetentionExpirationDate().getTime() - System.currentTimeMillis()) / 86_400_000.0);
    Steps.same(days, 20L);
    try {
      client.deleteObject(bucket, "kept");
    } catch (AmazonS3Exception error) {
      Steps.same(error.getStatusCode(), 451);
      Steps.same(ObjectSteps.text(client.getObject(bucket, "kept")), "kept");
      return;
    }
    throw new AssertionError("a retained object was deleted");
  }

  private void addHolds() {
    Date before = new Date(System.currentTimeMillis() - 60_000);
    client.addLegalHold(bucket, "kept", "case-1");
    client.addLegalHold(bucket, "kept", "case-2");
    ListLegalHoldsResult found = client.listLegalHolds(bucket, "kept");
    Steps.same(ids(found), List.of("case-1", "case-2"));
    for (LegalHold hold : found.getLegalHolds()) {
      Steps.same(hold.getDate().after(before), true);
      Steps.same(hold.getDate().before(new Date(System.currentTimeMillis() + 60_000)), true);
    }
    Steps.same(found.getRetentionPeriod(), 20 * DAY_SECONDS);
    Steps.same(found.getRetentionExpirationDate(), new Date(found.getCreateTime().getTime() + 20 * DAY_SECONDS * 1000));
    Steps.same(client.getObjectMetadata(bucket, "kept").getRetentionLegalHoldCount(), 2);
  }

  private static List<String> ids(ListLegalHoldsResult found) {
    return found.getLegalHolds().stream().map(LegalHold::getId).sorted().collect(Collectors.toList());
  }

  private void deleteHold() {
    client.deleteLegalHold(bucket, "kept", "case-1");
    Steps.same(ids(client.listLegalHolds(bucket, "kept")), List.of("case-2"));
  }

  private void extend() {
    client.extendObjectRetention(bucket, "kept", 5 * DAY_SECONDS, null, null, null);
    Steps.same(client.getObjectMetadata(bucket, "kept").getRetentionPeriod(), 25 * DAY_SECONDS);
    client.extendObjectRetention(bucket, "kept", null, null, null, 60 * DAY_SECONDS);
    ObjectMetadata head = client.getObjectMetadata(bucket, "kept");
    Steps.same(head.getRetentionPeriod(), 60 * DAY_SECONDS);
    Date later = new Date(head.getRetentionExpirationDate().getTime() + 30 * DAY_SECONDS * 1000);
    client.extendObjectRetention(bucket, "kept", null, null, later, null);
    Steps.same(client.getObjectMetadata(bucket, "kept").getRetentionExpirationDate(), later);
  }
}
