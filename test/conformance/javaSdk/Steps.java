import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Steps of this client: each prints how it ended as a line of JSON that the runner reads. */
final class Steps {
  interface Body {
    void run() throws Exception;
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LIES = System.getenv("STEP_LIES");
  static final Map<?, ?> SERVER = server();

  private Steps() {}

  /** Where the server can be made to lie, the step first has to fail on every lie. */
  static void step(String name, Body body) throws Exception {
    if (LIES != null) {
      for (String lie : List.of("nothing", "falsified")) {
        tellLie(lie);
        boolean passed = attempt(body) == null;
        tellLie("truth");
        if (passed) {
          tell(name, "failed", "passed although the server answered with the lie '" + lie + "'");
          return;
        }
      }
    }
    Throwable error = attempt(body);
    tell(name, error == null ? "passed" : "failed", error == null ? null : error.toString());
  }

  private static Throwable attempt(Body body) {
    try {
      body.run();
      return null;
    } catch (Exception | AssertionError error) {
      return error;
    }
  }

  static void same(Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) throw new AssertionError(actual + " instead of " + expected);
  }

  static void end() throws Exception {
    System.out.println("{\"end\":true}");
  }

  private static void tell(String name, String status, String detail) throws Exception {
    Map<String, String> result = new LinkedHashMap<>(Map.of("name", name, "status", status));
    if (detail != null) result.put("detail", detail);
    System.out.println(JSON.writeValueAsString(result));
  }

  private static void tellLie(String lie) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(LIES + lie)).POST(HttpRequest.BodyPublishers.noBody()).build();
    int status = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status != 204) throw new IllegalStateException("the relay answered " + status);
  }

  private static Map<?, ?> server() {
    try {
      return JSON.readValue(System.getenv("LOCAL_SERVER"), Map.class);
    } catch (Exception error) {
      throw new IllegalStateException("LOCAL_SERVER is not JSON", error);
    }
  }
}
