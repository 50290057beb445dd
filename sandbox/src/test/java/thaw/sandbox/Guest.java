package thaw.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import thaw.agent.ExitStatus;
import thaw.agent.RuntimeProcess;

/** A started sandbox in which a test runs programs. */
public record Guest(Sandbox sandbox, RecordingListener listener) implements AutoCloseable {
  private static final long PROGRAM_TIMEOUT_SECONDS = 240;
  private static final int PROCESSES_MAX = 64;

  /** How a program ended and what it wrote. */
  public record Outcome(ExitStatus exit, String output) {}

  /** Starts a sandbox with all its disks mounted. */
  public static Guest start(SandboxDriver driver, SandboxSpec spec) throws IOException {
    RecordingListener listener = new RecordingListener();
    Guest guest = new Guest(driver.start(spec, listener), listener);
    guest.sandbox.agent().mountDisks();
    return guest;
  }

  /** Runs a shell script to its end. */
  public Outcome run(String script) throws IOException, InterruptedException {
    return run(script, 64L << 20);
  }

  /** Runs a shell script to its end in a cgroup of this size. */
  public Outcome run(String script, long memoryMaxBytes) throws IOException, InterruptedException {
    begin(script, memoryMaxBytes);
    ExitStatus exit = listener.awaitExit(PROGRAM_TIMEOUT_SECONDS);
    return new Outcome(exit, listener.takeOutput());
  }

  /** Starts a shell script and does not wait for its end. */
  public void begin(String script, long memoryMaxBytes) throws IOException {
    sandbox
        .agent()
        .startRuntime(
            new RuntimeProcess(
                List.of("/bin/sh", "-c", script),
                Map.of("PATH", "/usr/bin:/bin"),
                "/",
                memoryMaxBytes,
                PROCESSES_MAX));
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
