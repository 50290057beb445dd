package thaw.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import thaw.agent.AgentConnection;
import thaw.agent.GuestIdentity;
import thaw.logs.LogWriter;
import thaw.model.FunctionVersion;
import thaw.sandbox.Sandbox;
import thaw.sandbox.SandboxDriver;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxSpec;

/** Starts a sandbox, makes its guest one of a kind, mounts its disks and runs INIT. */
final class SessionStarter implements GuestStarter {
  private static final int SEED_BYTES = 64;
  private static final int ID_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final WorkerSettings settings;
  private final SandboxDriver driver;
  private final CodeImages code;
  private final RuntimeProcesses processes;
  private final LogWriter logs;
  private final Counters counters;
  private final boolean network;

  SessionStarter(
      WorkerSettings settings,
      SandboxDriver driver,
      CodeImages code,
      RuntimeProcesses processes,
      LogWriter logs,
      Counters counters,
      boolean network) {
    this.settings = settings;
    this.driver = driver;
    this.code = code;
    this.processes = processes;
    this.logs = logs;
    this.counters = counters;
    this.network = network;
  }

  @Override
  public Guest start(PooledSandbox pooled, Runnable onDeath) throws SandboxException {
    FunctionVersion function = pooled.function;
    long begin = System.nanoTime();
    GuestEvents events = new GuestEvents(onDeath);
    Sandbox sandbox = driver.start(spec(function), events);
    try {
      prepare(sandbox);
      long startMicros = (System.nanoTime() - begin) / 1000;
      String stream = logStream(function);
      SandboxSession session =
          new SandboxSession(
              sandbox,
              events,
              function,
              processes.of(function, stream),
              new SandboxLog(logs, function, stream, settings, counters),
              counters,
              startMicros);
      session.init(settings.initTimeout());
      var _ = sandbox.died().thenRun(onDeath);
      return session;
    } catch (IOException | RuntimeException e) {
      sandbox.close();
      throw new SandboxException("sandbox " + sandbox.id() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      sandbox.close();
      Thread.currentThread().interrupt();
      throw new SandboxException("interrupted while sandbox " + sandbox.id() + " started", e);
    }
  }

  private SandboxSpec spec(FunctionVersion function) throws SandboxException {
    Path image;
    try {
      image = code.image(function.codeSha256());
    } catch (IOException e) {
      throw new SandboxException("no code image for " + function.name() + ": " + e.getMessage(), e);
    }
    return new SandboxSpec(
        function.runtime(), image, function.memorySizeMb(), function.ephemeralStorageMb(), network);
  }

  private static void prepare(Sandbox sandbox) throws IOException {
    AgentConnection agent = sandbox.agent();
    agent.setClock(Instant.now());
    agent.reseed(random(SEED_BYTES));
    agent.setIdentity(new GuestIdentity(hostname(), HexFormat.of().formatHex(random(ID_BYTES))));
    if (sandbox.network().isPresent()) {
      agent.configureNetwork(sandbox.network().get());
    }
    agent.mountDisks();
  }

  private static String hostname() {
    return "thaw-" + HexFormat.of().formatHex(random(ID_BYTES / 2));
  }

  /** As AWS names them: {@code 2026/11/23/[$LATEST]} and 32 hex digits. */
  private static String logStream(FunctionVersion function) {
    String day = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd"));
    return day + "/[" + function.version() + "]" + HexFormat.of().formatHex(random(ID_BYTES));
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
