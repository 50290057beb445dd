package thaw.jail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running jail: runc in the foreground, inside it the lifeline as PID 1, and under that the
 * program. It lives as long as this object keeps the lifeline's pipe open; when this process dies
 * the kernel closes the pipe, and runc cleans up after the jail (docs/jail.md).
 */
public final class Jail implements AutoCloseable {
  /** Where the lifeline is bound in the jail. */
  public static final String LIFELINE = "/lifeline";

  private static final Logger log = LoggerFactory.getLogger(Jail.class);

  /** What a jail weighs against others before it is known whose it is; so does a process. */
  public static final long ORDINARY_CPU_SHARES = 1_024;

  private static final Duration END_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RUNC_TIMEOUT = Duration.ofSeconds(10);

  private final String id;
  private final Path stateDirectory;
  private final Process runc;
  private final Tail output;

  private Jail(String id, Path stateDirectory, Process runc) {
    this.id = id;
    this.stateDirectory = stateDirectory;
    this.runc = runc;
    this.output = Tail.of(runc.getInputStream());
  }

  /**
   * Starts a jail; that the program runs is for the caller to see.
   *
   * @param bundle an empty directory
   * @param stateDirectory where runc keeps its own state
   */
  public static Jail start(JailSpec spec, Path bundle, Path stateDirectory) throws IOException {
    return start(spec.id(), OciBundle.config(spec), bundle, stateDirectory, List.of());
  }

  /**
   * Starts a jail of another kind, whose program itself sees to it that it ends with this process.
   *
   * @param id unique on the host: names the container, and its cgroup in that of its instance
   * @param within a command before runc's, which runs it somewhere in particular
   */
  public static Jail start(
      String id, OciConfig config, Path bundle, Path stateDirectory, List<String> within)
      throws IOException {
    OciBundle.write(bundle, config);
    List<String> command = new ArrayList<>(within);
    command.addAll(
        List.of(
            "runc", "--root", stateDirectory.toString(), "run", "--bundle", bundle.toString(), id));
    Process runc = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new Jail(id, stateDirectory, runc);
  }

  /** Its name, unique on the host. */
  public String id() {
    return id;
  }

  /** Completes with the program's exit status, as the lifeline reports it, once nothing is left. */
  public CompletableFuture<Integer> ended() {
    return runc.onExit().thenApply(Process::exitValue);
  }

  /** The last that the program, the lifeline or runc wrote. */
  public String output() {
    return output.text();
  }

  /** Its control group. */
  public JailControlGroup controlGroup() {
    return new JailControlGroup(id);
  }

  /** Limits the jail's CPU time to that of {@code vcpus} processors. */
  public void limitCpu(double vcpus) throws IOException {
    controlGroup().limitCpu(vcpus);
  }

  /** Lets go of the lifeline and does not wait for the end. */
  public void release() {
    try {
      controlGroup().unlimitCpu();
    } catch (IOException e) {
      log.debug("{}: lifting its limit of CPU time", id, e);
    }
    try {
      runc.getOutputStream().close();
    } catch (IOException e) {
      log.debug("{}: closing the lifeline", id, e);
    }
  }

  /** Ends the jail; returns when nothing of it is left. */
  @Override
  public void close() {
    release();
    boolean interrupted = false;
    try {
      if (runc.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    log.warn("{}: the jail did not end with its lifeline; removing it by force", id);
    remove(stateDirectory, id);
    runc.destroyForcibly();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kills and removes a jail by its name, whoever started it. */
  public static void remove(Path stateDirectory, String id) {
    try {
      Command.run(
          RUNC_TIMEOUT,
          List.of("runc", "--root", stateDirectory.toString(), "delete", "--force", id));
    } catch (IOException e) {
      log.debug("{}: runc delete", id, e);
    }
    new JailControlGroup(id).remove();
  }
}
