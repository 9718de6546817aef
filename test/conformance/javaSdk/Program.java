import com.ibm.cloud.objectstorage.ClientConfiguration;
import com.ibm.cloud.objectstorage.Protocol;
import com.ibm.cloud.objectstorage.SDKGlobalConfiguration;
import com.ibm.cloud.objectstorage.auth.AWSCredentials;
import com.ibm.cloud.objectstorage.auth.AWSStaticCredentialsProvider;
import com.ibm.cloud.objectstorage.auth.BasicAWSCredentials;
import com.ibm.cloud.objectstorage.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.ibm.cloud.objectstorage.oauth.BasicIBMOAuthCredentials;
import com.ibm.cloud.objectstorage.services.s3.AmazonS3;
import com.ibm.cloud.objectstorage.services.s3.AmazonS3ClientBuilder;
import java.util.Map;

/** IBM's SDK for Java: the same steps with an API key, and with HMAC keys. */
public final class Program {
  private Program() {}

  public static void main(String[] args) throws Exception {
    Map<?, ?> server = Steps.SERVER;
    SDKGlobalConfiguration.IAM_ENDPOINT = server.get("iamEndpoint") + "/identity/token";
    String instance = (String) server.get("serviceInstanceId");
    AWSCredentials apiKey = new BasicIBMOAuthCredentials((String) server.get("apiKey"), instance);
    AWSCredentials hmac =
        new BasicAWSCredentials((String) server.get("accessKeyId"), (String) server.get("secretAccessKey"));
    run("IAM", connect(server, apiKey));
    run("HMAC", connect(server, hmac));
    Steps.end();
  }

  private static void run(String keys, AmazonS3 client) throws Exception {
    new ObjectSteps(keys, client).run();
    new VersionSteps(keys, client).run();
    new ImmutableSteps(keys, client).run();
  }

  private static AmazonS3 connect(Map<?, ?> server, AWSCredentials credentials) {
    return AmazonS3ClientBuilder.standard()
        .withCredentials(new AWSStaticCredentialsProvider(credentials))
        .withEndpointConfiguration(new EndpointConfiguration((String) server.get("endpoint"), "us-south"))
        .withPathStyleAccessEnabled(true)
        .withClientConfiguration(new ClientConfiguration().withProtocol(Protocol.HTTP).withMaxErrorRetry(0))
        .build();
  }
}
