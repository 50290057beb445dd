package thaw.javaruntime;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.api.client.EventHandlerLoader;
import com.amazonaws.services.lambda.runtime.api.client.HandlerInfo;
import com.amazonaws.services.lambda.runtime.api.client.PojoSerializerLoader;
import com.amazonaws.services.lambda.runtime.api.client.api.LambdaContext;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.DtoSerializers;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeApiClient;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeApiClientImpl;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.converters.LambdaErrorConverter;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.dto.InvocationRequest;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A process that is frozen before it knows its function. It answers invocations through AWS's own
 * classes, all but those that read the environment when they are initialised: these are loaded and
 * linked only, and see the function's.
 */
final class Template {
  /** Names the variable that makes a process a template: how many invocations it answers. */
  static final String INVOKES = "THAW_TEMPLATE_INVOKES";

  private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";
  private static final List<String> TO_LINK =
      List.of(CLIENT + "AWSLambda", CLIENT + "LambdaEnvironment");
  private static final int OK = 200;

  private Template() {}

  /** Returns when this process was restored and has taken over its function's environment. */
  static void serve() throws Exception {
    String api = System.getenv("AWS_LAMBDA_RUNTIME_API");
    // The function's own serializer is looked for through a class that must not be initialised yet.
    Field looked = Internals.field(PojoSerializerLoader.class, "initialized");
    looked.setBoolean(null, true);
    exercise(new LambdaRuntimeApiClientImpl(api), Integer.parseInt(System.getenv(INVOKES)));
    looked.setBoolean(null, false);
    for (String name : TO_LINK) {
      MethodHandles.lookup().findClass(name);
    }
    Randomness randomness = Randomness.find();
    WorkingDirectory directory = WorkingDirectory.prepare();
    Map<String, String> environment = restoreNext(api);
    randomness.renew();
    Environment.replace(environment);
    directory.change(environment.getOrDefault("LAMBDA_TASK_ROOT", "/var/task"));
  }

  private static void exercise(LambdaRuntimeApiClient client, int invokes) throws Exception {
    RequestStreamHandler handler = handler();
    for (int i = 0; i < invokes; i++) {
      InvocationRequest request = client.nextInvocation();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      handler.handleRequest(
          new ByteArrayInputStream(request.getContent()), answer, context(request));
      DtoSerializers.serialize(LambdaErrorConverter.fromThrowable(new IOException("exercise")));
      UUID.randomUUID();
      client.reportInvocationSuccess(request.getId(), answer.toByteArray());
    }
  }

  /**
   * The exercise within AWS's wrapper, without the wrapper around it that needs the environment.
   */
  private static RequestStreamHandler handler() throws ReflectiveOperationException {
    Object wrapped =
        EventHandlerLoader.loadEventHandler(new HandlerInfo(Exercise.class, "handleRequest"));
    return (RequestStreamHandler) Internals.field(wrapped.getClass(), "val$handler").get(wrapped);
  }

  private static LambdaContext context(InvocationRequest request) {
    return new LambdaContext(
        0,
        request.getDeadlineTimeInMs(),
        request.getId(),
        "group",
        "stream",
        "template",
        null,
        "1",
        request.getInvokedFunctionArn(),
        null,
        request.getXrayTraceId(),
        null);
  }

  /** Blocks until this process was restored; returns the environment in the answer. */
  private static Map<String, String> restoreNext(String api) throws IOException {
    PojoSerializer<Document> documents = GsonFactory.getInstance().getSerializer(Document.class);
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://" + api + "/2018-06-01/runtime/restore/next")
                .toURL()
                .openConnection();
    if (connection.getResponseCode() != OK) {
      throw new IOException("restore/next: status " + connection.getResponseCode());
    }
    try (InputStream body = connection.getInputStream()) {
      return documents.fromJson(body).environment;
    }
  }

  /** What restore/next answers to a template. */
  static final class Document {
    Map<String, String> environment = Map.of();
  }
}
