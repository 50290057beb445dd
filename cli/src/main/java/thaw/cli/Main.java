package thaw.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import thaw.guest.GuestBuildException;
import thaw.settings.SettingsException;

/** The thaw command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Answers are bytes: no newline translation, no character set of the locale.
    System.setOut(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
    int code = run(Context.ofProcess(), args);
    if (args.length > 0 && args[0].equals("up")) {
      System.exit(code);
    }
    // System.exit would ask the logging library first, which takes longer to load than a command
    // takes to run. Commands log nothing and have no shutdown hooks.
    Runtime.getRuntime().halt(code);
  }

  /** Runs one command line and returns its exit code. */
  static int run(Context context, String... args) {
    CommandLine line = Commands.commandLine(context, args);
    line.setExpandAtFiles(false); // @FILE is a payload
    line.setOut(new PrintWriter(context.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(context.err(), true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler((wrong, given) -> usage(context, wrong));
    line.setExecutionExceptionHandler((failure, command, result) -> failed(context, failure));
    int code = line.execute(args);
    context.out().flush();
    context.err().flush();
    return code;
  }

  private static int usage(Context context, ParameterException wrong) {
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName(" ");
    context.err().println("thaw: " + wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(
        wrong, new PrintWriter(context.err(), true, StandardCharsets.UTF_8));
    context.err().println("      Try: " + command + " --help");
    return ExitCodes.USAGE;
  }

  private static int failed(Context context, Exception failure) {
    if (failure instanceof UserError error) {
      context.err().println("thaw: " + error.getMessage());
      error.remedy().ifPresent(remedy -> context.err().println("      " + remedy));
      return error.exitCode();
    }
    if (failure instanceof SettingsException) {
      context.err().println("thaw: " + failure.getMessage());
      context.err().println("      thaw config lists every setting.");
      return ExitCodes.USAGE;
    }
    if (failure instanceof GuestBuildException) {
      context.err().println("thaw: " + failure.getMessage());
      return ExitCodes.FAILED;
    }
    if (failure instanceof InterruptedException) {
      context.err().println("thaw: interrupted");
      return ExitCodes.FAILED;
    }
    Throwable cause = failure instanceof UncheckedIOException io ? io.getCause() : failure;
    context.err().println("thaw: " + cause);
    if (context.variable("THAW_DEBUG").isPresent()) {
      failure.printStackTrace(context.err());
    } else {
      context.err().println("      THAW_DEBUG=1 shows where it came from.");
    }
    return ExitCodes.FAILED;
  }
}
