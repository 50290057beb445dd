package thaw.runtimeapi;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import thaw.model.FunctionVersion;

/**
 * How a runtime's process is started in its guest; see docs/runtime-api.md.
 *
 * @param command program and arguments; the program is an absolute path
 * @param environment what this runtime adds to the defaults of every runtime; a customer's variable
 *     of the same name wins
 */
public record RuntimeCommand(List<String> command, Map<String, String> environment) {
  /** Where the function's code is mounted; also the process's working directory. */
  public static final String TASK_ROOT = "/var/task";

  /** Where the runtime's own files are. */
  public static final String RUNTIME_DIRECTORY = "/var/runtime";

  /** Exit code of a {@code provided} runtime whose package and layers hold no bootstrap. */
  public static final int NO_BOOTSTRAP_EXIT_CODE = 127;

  // Without `site` (-S) the interpreter starts in half the time; the bootstrap does what is needed
  // of it. -Xutf8 spares it looking for a locale that the guest does not have.
  private static final RuntimeCommand PYTHON =
      new RuntimeCommand(
          List.of("/var/lang/bin/python3.13", "-S", "-Xutf8", RUNTIME_DIRECTORY + "/bootstrap"),
          Map.of("PYTHONPATH", RUNTIME_DIRECTORY));

  // Java 25 warns of each use of what opens the JDK to the launcher.
  private static final RuntimeCommand JAVA_21 = java();
  private static final RuntimeCommand JAVA_25 = java("--sun-misc-unsafe-memory-access=allow");

  private static final RuntimeCommand RUBY =
      new RuntimeCommand(
          List.of("/var/lang/bin/ruby", RUNTIME_DIRECTORY + "/bootstrap.rb"),
          Map.of(
              "RUBYLIB",
              "/var/task:/var/runtime/lib:/opt/ruby/lib",
              "GEM_PATH",
              "/var/task/vendor/bundle/ruby/3.3.0:/opt/ruby/gems/3.3.0"
                  + ":/usr/share/rubygems-integration/all"));

  private static final RuntimeCommand PROVIDED =
      new RuntimeCommand(
          List.of(
              "/bin/sh",
              "-c",
              "for b in /var/task /opt /var/runtime; do"
                  + " [ -f $b/bootstrap ] && exec $b/bootstrap; done;"
                  + " echo \"Couldn't find valid bootstrap(s):"
                  + " [/var/task/bootstrap /opt/bootstrap]\" >&2; exit "
                  + NO_BOOTSTRAP_EXIT_CODE),
          Map.of());

  private static final Map<String, RuntimeCommand> COMMANDS =
      new TreeMap<>(
          Map.of(
              "nodejs22.x",
              // What AWS switches off in this version; NODE_OPTIONS can switch it on.
              node(22, "--no-experimental-require-module", "--no-experimental-detect-module"),
              "nodejs24.x",
              node(24),
              "python3.13",
              PYTHON,
              "java21",
              JAVA_21,
              "java25",
              JAVA_25,
              "ruby3.3",
              RUBY,
              "provided.al2023",
              PROVIDED));

  public RuntimeCommand {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  private static RuntimeCommand node(int version, String... flags) {
    return new RuntimeCommand(
        Stream.concat(Stream.of(RUNTIME_DIRECTORY + "/bootstrap"), Stream.of(flags)).toList(),
        Map.of(
            "NODE_PATH",
            "/opt/nodejs/node%d/node_modules:/opt/nodejs/node_modules:%s/node_modules:%s:%s"
                .formatted(version, RUNTIME_DIRECTORY, RUNTIME_DIRECTORY, TASK_ROOT)));
  }

  /** Names of the runtimes that can be started, sorted. */
  public static List<String> runtimes() {
    return List.copyOf(COMMANDS.keySet());
  }

  /**
   * The command of a runtime.
   *
   * @throws IllegalArgumentException if it is none of {@link #runtimes()}
   */
  public static RuntimeCommand of(String runtime) {
    RuntimeCommand command = COMMANDS.get(runtime);
    if (command == null) {
      throw new IllegalArgumentException(
          "runtime " + runtime + " cannot be started; there are: " + String.join(", ", runtimes()));
    }
    return command;
  }

  /**
   * The command of a function's process: the runtime's, behind the function's wrapper script if it
   * has one.
   *
   * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html">AWS: wrapper
   *     scripts</a>, which runtimes without a language do not have
   */
  public static List<String> of(FunctionVersion function) {
    List<String> command = of(function.runtime()).command();
    String wrapper = function.environment().getOrDefault("AWS_LAMBDA_EXEC_WRAPPER", "");
    if (wrapper.isEmpty() || isProvided(function.runtime())) {
      return command;
    }
    return Stream.concat(Stream.of(wrapper), command.stream()).toList();
  }

  /** Whether a runtime's process can be frozen before it knows its function, and become any. */
  public static boolean knowsTemplates(String runtime) {
    return !isProvided(runtime);
  }

  /** Whether a template of a runtime can compile a function's code without running any of it. */
  public static boolean loadsAhead(String runtime) {
    return runtime.startsWith("python");
  }

  /**
   * Whether a template of a runtime can rehearse a start ({@link
   * RuntimeEnvironment#rehearsalAnswer}).
   */
  public static boolean rehearses(String runtime) {
    return runtime.startsWith("python") || runtime.startsWith("nodejs");
  }

  private static RuntimeCommand java(String... options) {
    List<String> command =
        Stream.concat(Stream.of("/bin/bash", RUNTIME_DIRECTORY + "/bootstrap"), Stream.of(options))
            .toList();
    return new RuntimeCommand(command, Map.of());
  }

  /**
   * Whether a template of a runtime is for functions of one MemorySize only: a JVM's heap is fixed
   * when it starts.
   */
  public static boolean fixesMemoryAtStart(String runtime) {
    return runtime.startsWith("java");
  }

  static boolean isProvided(String runtime) {
    return runtime.startsWith("provided.");
  }
}
