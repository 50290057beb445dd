package thaw.runtimeapi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import thaw.model.FunctionVersion;
import thaw.model.SandboxCredentials;
import tools.jackson.databind.json.JsonMapper;

/**
 * The environment of a function's process.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">AWS:
 *     defined runtime environment variables</a>
 */
public final class RuntimeEnvironment {
  /** Where a function finds the API for functions, docs/data-endpoint.md. */
  public static final String DATA_ENDPOINT = "127.0.0.1:9002";

  private static final String ENDPOINT = "AWS_ENDPOINT_URL_LAMBDA";

  /** Variables that a customer's may replace. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "LANG", "en_US.UTF-8",
          "TZ", ":UTC",
          "PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
          "LD_LIBRARY_PATH",
              "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:"
                  + "/var/task/lib:/opt/lib");

  /** The same for container images, which bring what they need. */
  private static final Map<String, String> IMAGE_DEFAULTS =
      Map.of("TZ", ":UTC", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

  private static final Set<String> OF_CLONE = Set.of("AWS_LAMBDA_LOG_STREAM_NAME");

  private static final Set<String> EXEC_TIME =
      Set.of(
          "AWS_LAMBDA_EXEC_WRAPPER",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS",
          "LANG",
          "LANGUAGE",
          "PATH",
          "GLIBC_TUNABLES",
          "NODE_EXTRA_CA_CERTS",
          "NODE_ICU_DATA",
          "NODE_OPTIONS",
          "NODE_PATH",
          "OPENSSL_CONF",
          "UV_THREADPOOL_SIZE");

  private static final List<String> EXEC_TIME_PREFIXES =
      List.of("LD_", "LC_", "MALLOC_", "PYTHON", "RUBY", "GEM_", "BUNDLE_");

  private static final JsonMapper JSON = JsonMapper.shared();

  private RuntimeEnvironment() {}

  /**
   * All variables of the process: defaults, over them the customer's, over them the reserved ones.
   *
   * @param logStream name of the log stream of this sandbox, as {@code 2026/11/23/[$LATEST]0f3a...}
   */
  public static Map<String, String> of(
      FunctionVersion function, String logStream, RuntimeLogging logging) {
    Map<String, String> environment = new LinkedHashMap<>(below(function));
    environment.putAll(function.environment());
    environment.putAll(reserved(function, logStream));
    environment.put("AWS_LAMBDA_LOG_FORMAT", logging.format());
    logging
        .applicationLogLevel()
        .ifPresent(level -> environment.put("AWS_LAMBDA_LOG_LEVEL", level));
    return Map.copyOf(environment);
  }

  /** What a customer's variables lie over: the runtime's, or those of a container image. */
  private static Map<String, String> below(FunctionVersion function) {
    Map<String, String> environment = new LinkedHashMap<>();
    if (function.image().isPresent()) {
      environment.putAll(IMAGE_DEFAULTS);
      environment.putAll(function.image().get().environment());
    } else {
      environment.putAll(DEFAULTS);
      environment.putAll(RuntimeCommand.of(function.runtime()).environment());
    }
    return environment;
  }

  /**
   * Variables of a process that is frozen before it knows its function. It answers {@code invokes}
   * invocations by itself, to be warm, then asks for restore/next and takes over the environment in
   * the answer ({@link RuntimeApi#serveRestored}).
   *
   * @param runtime one whose bootstrap knows templates: all but {@code provided}
   */
  public static Map<String, String> template(String runtime, int invokes) {
    Map<String, String> environment = new LinkedHashMap<>(DEFAULTS);
    environment.putAll(RuntimeCommand.of(runtime).environment());
    environment.put("AWS_LAMBDA_RUNTIME_API", RuntimeApi.ADDRESS);
    environment.put("THAW_TEMPLATE_INVOKES", Integer.toString(invokes));
    return Map.copyOf(environment);
  }

  /**
   * What a function needs to call others through the data endpoint. Credentials stand in the
   * environment, but for a function with a snapshot of its own: that is made of one process and
   * goes on in many, so it is told where to ask for them, as on AWS.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">
   *     AWS SDKs: container credential provider</a>
   */
  public static Map<String, String> access(
      FunctionVersion function, SandboxCredentials credentials) {
    Map<String, String> access = new LinkedHashMap<>();
    if (!function.environment().containsKey(ENDPOINT)) {
      access.put(ENDPOINT, "http://" + DATA_ENDPOINT);
    }
    if (function.snapStart()) {
      access.put(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://" + DATA_ENDPOINT + "/_thaw/credentials");
    } else {
      access.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
      access.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
      access.put("AWS_SESSION_TOKEN", credentials.sessionToken());
    }
    return access;
  }

  /** A process that goes through INIT to be captured, as AWS tells it. */
  public static void forCapture(Map<String, String> environment) {
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    environment.keySet().removeAll(OF_CLONE);
  }

  /** Of a function's variables those that differ from clone to clone of its snapshot. */
  public static Map<String, String> ofClone(Map<String, String> environment) {
    Map<String, String> own = new LinkedHashMap<>(environment);
    own.keySet().retainAll(OF_CLONE);
    return own;
  }

  /** The answer to restore/next: the variables that the process takes over. */
  public static byte[] restoreAnswer(Map<String, String> environment) {
    return JSON.writeValueAsBytes(Map.of("environment", environment));
  }

  /** The answer to restore/next that has a template compile a function's code and ask again. */
  public static byte[] loadAnswer(String handler) {
    return JSON.writeValueAsBytes(
        Map.of("load", Map.of("handler", handler, "taskRoot", RuntimeCommand.TASK_ROOT)));
  }

  /** The answer to restore/next that has a template rehearse a start, and ask again. */
  public static byte[] rehearsalAnswer() {
    return JSON.writeValueAsBytes(Map.of("rehearse", true));
  }

  /**
   * Whether a customer's variables mean something to the dynamic linker or the language runtime at
   * the instant when a process is exec'ed: one that runs already cannot be told.
   */
  public static boolean hasExecTimeVariables(Map<String, String> environment) {
    return environment.keySet().stream()
        .anyMatch(name ->
            EXEC_TIME.contains(name) || EXEC_TIME_PREFIXES.stream().anyMatch(name::startsWith));
  }

  /**
   * Variables of a template whose process depends on the memory of its function from the start: a
   * JVM's heap is fixed then.
   *
   * @param memorySizeMb MemorySize of the functions that it may become
   */
  public static Map<String, String> template(String runtime, int memorySizeMb, int invokes) {
    Map<String, String> environment = new LinkedHashMap<>(template(runtime, invokes));
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(memorySizeMb));
    return Map.copyOf(environment);
  }

  private static Map<String, String> reserved(FunctionVersion function, String logStream) {
    Map<String, String> reserved = new LinkedHashMap<>();
    reserved.put("AWS_REGION", function.region());
    reserved.put("AWS_DEFAULT_REGION", function.region());
    reserved.put("AWS_LAMBDA_FUNCTION_NAME", function.name());
    reserved.put("AWS_LAMBDA_FUNCTION_VERSION", function.version());
    reserved.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(function.memorySizeMb()));
    reserved.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    reserved.put("AWS_LAMBDA_LOG_GROUP_NAME", function.logGroup());
    reserved.put("AWS_LAMBDA_LOG_STREAM_NAME", logStream);
    reserved.put("AWS_LAMBDA_RUNTIME_API", RuntimeApi.ADDRESS);
    reserved.put("LAMBDA_TASK_ROOT", RuntimeCommand.TASK_ROOT);
    reserved.put("LAMBDA_RUNTIME_DIR", RuntimeCommand.RUNTIME_DIRECTORY);
    if (function.image().isPresent()) {
      return reserved;
    }
    reserved.put("_HANDLER", function.handler());
    if (!RuntimeCommand.isProvided(function.runtime())) {
      // AWS does not define it for the runtimes that bring no language.
      reserved.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + function.runtime());
    }
    return reserved;
  }
}
