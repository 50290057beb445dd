package thaw.worker;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import thaw.agent.RuntimeProcess;
import thaw.logs.LogWriter;
import thaw.model.FunctionVersion;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.sandbox.DiskImage;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;

/** What a sandbox of a function is made of: its disks and sizes, its process, its log stream. */
record FunctionParts(
    WorkerSettings settings,
    CodeImages code,
    RuntimeProcesses processes,
    LogWriter logs,
    Counters counters,
    DataEndpoint data) {
  private static final int STREAM_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Disks and sizes of a sandbox that boots. */
  SandboxSpec spec(FunctionVersion function, boolean network) throws SandboxException {
    try {
      if (function.image().isPresent()) {
        return SandboxSpec.ofImage(
            code.containerImage(function.accountId(), function.codeSha256()),
            function.memorySizeMb(),
            function.ephemeralStorageMb(),
            network);
      }
      Optional<DiskImage> layers =
          function.layers().isEmpty()
              ? Optional.empty()
              : Optional.of(code.image(function.layers()));
      return new SandboxSpec(
          Optional.of(function.runtime()),
          Optional.of(code.image(List.of(function.codeSha256()))),
          layers,
          function.memorySizeMb(),
          function.ephemeralStorageMb(),
          network,
          new SandboxOrigin.Boot(),
          false,
          false);
    } catch (IOException e) {
      throw new SandboxException("no code image for " + function.name() + ": " + e.getMessage(), e);
    }
  }

  /** As AWS names them: {@code 2026/11/23/[$LATEST]} and 32 hex digits. */
  String logStream(FunctionVersion function) {
    String day = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd"));
    byte[] random = new byte[STREAM_BYTES];
    RANDOM.nextBytes(random);
    return day + "/[" + function.version() + "]" + HexFormat.of().formatHex(random);
  }

  SandboxLog log(FunctionVersion function, String stream) {
    return new SandboxLog(logs, function, stream, settings, counters);
  }

  /** With what the function needs to call others. */
  RuntimeProcess process(FunctionVersion function, String stream, DataConnections data) {
    RuntimeProcess process = processes.of(function, stream);
    Map<String, String> environment = new HashMap<>(process.environment());
    environment.putAll(RuntimeEnvironment.access(function, data.credentials()));
    return process.withEnvironment(environment);
  }

  /** A new sandbox's connections to the data endpoint. */
  DataConnections connections() {
    return new DataConnections(data);
  }
}
