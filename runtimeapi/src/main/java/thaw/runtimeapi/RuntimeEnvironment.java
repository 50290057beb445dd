package thaw.runtimeapi;

import java.util.LinkedHashMap;
import java.util.Map;
import thaw.model.FunctionVersion;

/**
 * The environment of a function's process.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">AWS:
 *     defined runtime environment variables</a>
 */
public final class RuntimeEnvironment {
  /** Variables that a customer's may replace. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "LANG", "en_US.UTF-8",
          "TZ", ":UTC",
          "PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
          "LD_LIBRARY_PATH",
              "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:"
                  + "/var/task/lib:/opt/lib");

  private RuntimeEnvironment() {}

  /**
   * All variables of the process: defaults, over them the customer's, over them the reserved ones.
   *
   * @param logStream name of the log stream of this sandbox, as {@code 2026/11/23/[$LATEST]0f3a...}
   */
  public static Map<String, String> of(
      FunctionVersion function, String logStream, RuntimeLogging logging) {
    Map<String, String> environment = new LinkedHashMap<>(DEFAULTS);
    environment.putAll(RuntimeCommand.of(function.runtime()).environment());
    environment.putAll(function.environment());
    environment.putAll(reserved(function, logStream));
    environment.put("AWS_LAMBDA_LOG_FORMAT", logging.format());
    logging
        .applicationLogLevel()
        .ifPresent(level -> environment.put("AWS_LAMBDA_LOG_LEVEL", level));
    return Map.copyOf(environment);
  }

  /**
   * Variables of a process that is frozen before it knows its function. It answers {@code invokes}
   * invocations by itself, to be warm, then asks for restore/next and takes over the environment in
   * the answer ({@link RuntimeApi#serveRestored}).
   *
   * @param runtime one whose bootstrap knows templates: python3.13, ruby3.3, java21, java25
   */
  public static Map<String, String> template(String runtime, int invokes) {
    Map<String, String> environment = new LinkedHashMap<>(DEFAULTS);
    environment.putAll(RuntimeCommand.of(runtime).environment());
    environment.put("AWS_LAMBDA_RUNTIME_API", RuntimeApi.ADDRESS);
    environment.put("THAW_TEMPLATE_INVOKES", Integer.toString(invokes));
    return Map.copyOf(environment);
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
    reserved.put("_HANDLER", function.handler());
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
    if (!RuntimeCommand.isProvided(function.runtime())) {
      // AWS does not define it for the runtimes that bring no language.
      reserved.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + function.runtime());
    }
    return reserved;
  }
}
