package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.MemoryUse;
import thaw.sandbox.SandboxOrigin;
import thaw.snapshots.PageAccessLog;
import thaw.snapshots.SnapshotLayer;

/**
 * Prints where the time of a resume goes, medians in milliseconds. Arguments: how many resumes, how
 * many shells wait.
 */
final class ResumeMeasurement {
  private static final String HANDLER =
      """
      def handler(event, context):
          return event
      """;

  private final Map<String, List<Double>> stages = new LinkedHashMap<>();
  private long last;

  public static void main(String[] args) throws Exception {
    int count = args.length == 0 ? 12 : Integer.parseInt(args[0]);
    int shells = args.length < 2 ? 1 : Integer.parseInt(args[1]);
    try (SnapshotHost host = SnapshotHost.open(shells, PythonLayers.PYTHON);
        PythonLayers layers = new PythonLayers(host)) {
      Path code = host.codeImage("app.py", HANDLER);
      SnapshotLayer function = layers.function("measured", code, "app.handler");
      SnapshotLayer ofCode = layers.code("measured", code, "app.handler");
      PageAccessLog ahead = record(host, code, layers.runtime, false);
      new ResumeMeasurement().standBy(host, code, layers.runtime, ahead, count);
      for (SnapshotLayer layer : List.of(layers.runtime, ofCode, function)) {
        boolean whole = layer == function;
        PageAccessLog log = record(host, code, layer, whole);
        new ResumeMeasurement().run(host, code, layer, whole, Optional.empty(), count);
        new ResumeMeasurement().run(host, code, layer, whole, Optional.of(log), count);
      }
      ofCode.close();
      function.close();
    }
  }

  private static PageAccessLog record(
      SnapshotHost host, Path code, SnapshotLayer layer, boolean whole) throws Exception {
    SandboxOrigin origin = new SandboxOrigin.Snapshot(layer, Optional.empty(), true);
    try (RuntimeGuest guest = clone(host, code, origin)) {
      if (whole) {
        guest.restore("");
      } else {
        guest.become("app.handler");
      }
      guest.invoke("{}");
      return PageAccessLog.merge(List.of(guest.sandbox.firstTouches()));
    }
  }

  private static RuntimeGuest clone(SnapshotHost host, Path code, SandboxOrigin origin)
      throws Exception {
    return new RuntimeGuest(
        host.driver(),
        PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.of(code), origin));
  }

  private void standBy(
      SnapshotHost host, Path code, SnapshotLayer layer, PageAccessLog log, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      last = System.nanoTime();
      SandboxOrigin origin = new SandboxOrigin.Snapshot(layer, Optional.of(log), false);
      AtomicLong asked = new AtomicLong();
      try (RuntimeGuest guest =
          new RuntimeGuest(
              host.driver(),
              PythonLayers.spec(Optional.of(PythonLayers.PYTHON), Optional.of(code), origin),
              () -> {
                stage("(making one)");
                asked.set(last);
              })) {
        long start = asked.get();
        stage("to its preparation");
        guest.goOn("app.handler");
        stage("INIT");
        assertThat(guest.invoke("{}")).isEqualTo("{}");
        stage("first invocation");
        last = start;
        stage("start to first reply");
        guest.invoke("{}");
        stage("(second invocation)");
        guest.sandbox.pause();
        MemoryUse use = guest.sandbox.memoryUse();
        add("(Pss, MiB)", use.pssBytes() / 1048576.0);
        add("(touched, MiB)", use.touchedBytes() / 1048576.0);
      }
    }
    print("stands by");
  }

  private void run(
      SnapshotHost host,
      Path code,
      SnapshotLayer layer,
      boolean whole,
      Optional<PageAccessLog> log,
      int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      host.driver().shells().awaitFull();
      long start = System.nanoTime();
      last = start;
      try (RuntimeGuest guest = clone(host, code, new SandboxOrigin.Snapshot(layer, log, false))) {
        stage("to its preparation");
        guest.restore(whole ? "" : RuntimeGuest.environment("app.handler", "on-demand"));
        stage("thaw");
        if (!whole) {
          assertThat(guest.api.awaitInit(RuntimeGuest.PLENTY))
              .isEqualTo(new RuntimeOutcome.Ready());
          stage("INIT");
        }
        assertThat(guest.invoke("{}")).isEqualTo("{}");
        stage("first invocation");
        last = start;
        stage("start to first reply");
        guest.invoke("{}");
        stage("(second invocation)");
        guest.sandbox.pause();
        MemoryUse use = guest.sandbox.memoryUse();
        add("(Pss, MiB)", use.pssBytes() / 1048576.0);
        add("(touched, MiB)", use.touchedBytes() / 1048576.0);
        add("(faults)", (double) guest.sandbox.pageStatistics().faults());
      }
    }
    print(layer.header().kind() + (log.isPresent() ? " with" : " without") + " log");
  }

  private void print(String what) {
    System.out.println(what);
    stages.forEach((name, millis) -> {
      List<Double> sorted = millis.stream().sorted().toList();
      System.out.printf(
          "  %-28s p50 %7.1f  min %7.1f%n", name, sorted.get(sorted.size() / 2), sorted.getFirst());
    });
  }

  private void stage(String name) {
    long now = System.nanoTime();
    add(name, (now - last) / 1e6);
    last = System.nanoTime();
  }

  private void add(String name, double value) {
    stages.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }
}
