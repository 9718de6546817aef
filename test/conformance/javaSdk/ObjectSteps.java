import com.ibm.cloud.objectstorage.services.s3.AmazonS3;
import com.ibm.cloud.objectstorage.services.s3.model.*;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Objects, their tags, listings, and uploads in parts. */
final class ObjectSteps {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final String KEY = "folder/a+b c%20ü.txt";
  private final String keys;
  private final AmazonS3 client;
  private final String bucket;
  private final byte[] large = new byte[11 * MEBIBYTE + 3];

  ObjectSteps(String keys, AmazonS3 client) {
    this.keys = keys;
    this.client = client;
    this.bucket = "java-objects-" + keys.toLowerCase();
    new Random(1).nextBytes(large);
  }

  void run() throws Exception {
    step("createBucket, listBuckets, listBucketsExtended", this::createBucket);
    step("putObject, getObject: bytes, type and metadata", this::putObject);
    step("getObject of a range", this::getRange);
    step("copyObject with new metadata", this::copyObject);
    step("listObjectsV2 in pages", this::listPages);
    step("listObjectsV2 by folders", this::listFolders);
    step("setObjectTagging, getObjectTagging, deleteObjectTagging", this::tagObject);
    step("an upload in parts: listed, completed, read back", this::uploadParts);
    step("an upload in parts: aborted", this::abortParts);
    // A token signs no URL.
    if (keys.equals("HMAC")) step("generatePresignedUrl", this::presign);
    step("deleteObjects, deleteBucket", this::deleteAll);
  }

  private void step(String name, Steps.Body body) throws Exception {
    Steps.step(keys + ": " + name, body);
  }

  static ObjectMetadata metadata(long length) {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.setContentLength(length);
    return metadata;
  }

  static void fails(String code, Steps.Body body) throws Exception {
    try {
      body.run();
    } catch (AmazonS3Exception error) {
      Steps.same(error.getErrorCode(), code);
      return;
    }
    throw new AssertionError("succeeded instead of failing with " + code);
  }

  static String text(S3Object object) throws Exception {
    try (S3ObjectInputStream content = object.getObjectContent()) {
      return new String(content.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> listed(String prefix) {
    return client.listObjectsV2(bucket, prefix).getObjectSummaries().stream()
        .map(summary -> summary.getKey() + " " + summary.getSize())
        .collect(Collectors.toList());
  }

  private void createBucket() throws Exception {
    client.createBucket(bucket, "us-south-vault");
    List<String> names = client.listBuckets().stream().map(Bucket::getName).collect(Collectors.toList());
    Steps.same(names.contains(bucket), true);
    List<String> locations =
        client.listBucketsExtended().getBuckets().stream()
            .filter(found -> found.getName().equals(bucket))
            .map(Bucket::getLocationConstraint)
            .collect(Collectors.toList());
    Steps.same(locations, List.of("us-south-vault"));
    fails("BucketAlreadyExists", () -> client.createBucket(bucket, "us-south-vault"));
  }

  private void putObject() throws Exception {
    byte[] body = "first text".getBytes(StandardCharsets.UTF_8);
    ObjectMetadata metadata = metadata(body.length);
    metadata.setContentType("text/x-test");
    metadata.setCacheControl("no-store");
    metadata.addUserMetadata("colour", "blue");
    PutObjectResult put = client.putObject(bucket, KEY, new ByteArrayInputStream(body), metadata);
    Steps.same(put.getETag(), "78b5c756e3656bb419d63f8f2851e28a");
    S3Object found = client.getObject(bucket, KEY);
    Steps.same(text(found), "first text");
    Steps.same(found.getObjectMetadata().getContentType(), "text/x-test");
    Steps.same(found.getObjectMetadata().getCacheControl(), "no-store");
    Steps.same(found.getObjectMetadata().getUserMetadata(), Map.of("colour", "blue"));
    fails("NoSuchKey", () -> client.getObject(bucket, "absent"));
  }

  private void getRange() throws Exception {
    S3Object part = client.getObject(new GetObjectRequest(bucket, KEY).withRange(6, 9));
    Steps.same(text(part), "text");
    Steps.same(part.getObjectMetadata().getRawMetadataValue("Content-Range"), "bytes 6-9/10");
  }

  private void copyObject() throws Exception {
    ObjectMetadata replaced = new ObjectMetadata();
    replaced.addUserMetadata("shape", "round");
    client.copyObject(new CopyObjectRequest(bucket, KEY, bucket, "copy").withNewObjectMetadata(replaced));
    S3Object copy = client.getObject(bucket, "copy");
    Steps.same(text(copy), "first text");
    Steps.same(copy.getObjectMetadata().getUserMetadata(), Map.of("shape", "round"));
  }

  private void listPages() throws Exception {
    for (String name : List.of("list/1", "list/2", "list/3")) client.putObject(bucket, name, name);
    ListObjectsV2Request request =
        new ListObjectsV2Request().withBucketName(bucket).withPrefix("list/").withMaxKeys(2);
    List<String> found = new ArrayList<>();
    ListObjectsV2Result page = client.listObjectsV2(request);
    Steps.same(page.isTruncated(), true);
    page.getObjectSummaries().forEach(summary -> found.add(summary.getKey()));
    page = client.listObjectsV2(request.withContinuationToken(page.getNextContinuationToken()));
    Steps.same(page.isTruncated(), false);
    page.getObjectSummaries().forEach(summary -> found.add(summary.getKey()));
    Steps.same(found, List.of("list/1", "list/2", "list/3"));
  }

  private void listFolders() {
    ListObjectsV2Result page =
        client.listObjectsV2(new ListObjectsV2Request().withBucketName(bucket).withDelimiter("/"));
    Steps.same(page.getCommonPrefixes(), List.of("folder/", "list/"));
    Steps.same(listed("folder/"), List.of(KEY + " 10"));
  }

  private void tagObject() {
    List<Tag> tags = List.of(new Tag("project", "blue"), new Tag("team", "storage"));
    client.setObjectTagging(new SetObjectTaggingRequest(bucket, KEY, new ObjectTagging(tags)));
    Steps.same(client.getObjectTagging(new GetObjectTaggingRequest(bucket, KEY)).getTagSet(), tags);
    client.deleteObjectTagging(new DeleteObjectTaggingRequest(bucket, KEY));
    Steps.same(client.getObjectTagging(new GetObjectTaggingRequest(bucket, KEY)).getTagSet(), List.of());
  }

  private void uploadParts() throws Exception {
    String id = client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, "parts")).getUploadId();
    int cut = 6 * MEBIBYTE;
    List<PartETag> parts = List.of(part("parts", id, 1, 0, cut), part("parts", id, 2, cut, large.length));
    List<String> listed =
        client.listParts(new ListPartsRequest(bucket, "parts", id)).getParts().stream()
            .map(found -> found.getPartNumber() + " " + found.getETag() + " " + found.getSize())
            .collect(Collectors.toList());
    Steps.same(
        listed,
        List.of("1 " + parts.get(0).getETag() + " " + cut, "2 " + parts.get(1).getETag() + " " + (large.length - cut)));
    client.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, "parts", id, parts));
    S3Object whole = client.getObject(bucket, "parts");
    Steps.same(whole.getObjectMetadata().getETag().endsWith("-2"), true);
    try (S3ObjectInputStream content = whole.getObjectContent()) {
      Steps.same(Arrays.equals(content.readAllBytes(), large), true);
    }
  }

  private PartETag part(String key, String id, int number, int from, int to) {
    UploadPartRequest request = new UploadPartRequest().withBucketName(bucket).withKey(key).withUploadId(id);
    request.withPartNumber(number).withPartSize(to - from);
    return client.uploadPart(request.withInputStream(new ByteArrayInputStream(large, from, to - from))).getPartETag();
  }

  private void abortParts() throws Exception {
    String id = client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, "aborted")).getUploadId();
    part("aborted", id, 7, 0, 5);
    List<String> open =
        client.listMultipartUploads(new ListMultipartUploadsRequest(bucket)).getMultipartUploads().stream()
            .map(upload -> upload.getKey() + " " + upload.getUploadId())
            .collect(Collectors.toList());
    Steps.same(open, List.of("aborted " + id));
    client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, "aborted", id));
    fails("NoSuchUpload", () -> client.listParts(new ListPartsRequest(bucket, "aborted", id)));
  }

  private void presign() throws Exception {
    var url = client.generatePresignedUrl(bucket, KEY, new java.util.Date(System.currentTimeMillis() + 600_000));
    try (var content = url.openStream()) {
      Steps.same(new String(content.readAllBytes(), StandardCharsets.UTF_8), "first text");
    }
  }

  private void deleteAll() throws Exception {
    List<String> names =
        client.listObjectsV2(bucket).getObjectSummaries().stream()
            .map(S3ObjectSummary::getKey)
            .collect(Collectors.toList());
    Steps.same(names, List.of("copy", KEY, "list/1", "list/2", "list/3", "parts"));
    DeleteObjectsResult deleted =
        client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(names.toArray(new String[0])));
    Steps.same(deleted.getDeletedObjects().size(), names.size());
    Steps.same(listed(""), List.of());
    client.deleteBucket(bucket);
    fails("NoSuchBucket", () -> client.listObjectsV2(bucket));
  }
}
