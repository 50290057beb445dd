package thaw.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogPiecesTest {
  @Test
  void bytesAreCutIntoLinesHoweverTheyArrive() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.append("aé😀".repeat(random.nextInt(60))).append('\n');
      }
      List<String> lines = new ArrayList<>();
      LineSplitter splitter = new LineSplitter(4096, lines::add);
      byte[] bytes = text.toString().getBytes(UTF_8);
      for (int from = 0; from < bytes.length; ) {
        int to = Math.min(bytes.length, from + 1 + random.nextInt(50));
        splitter.accept(ByteBuffer.wrap(bytes, from, to - from));
        from = to;
      }
      assertThat(lines).as("seed %d", seed).isEqualTo(text.toString().lines().toList());
    }
  }

  @Test
  void longLinesAreCutBetweenCharacters() {
    for (String character : List.of("a", "é", "€", "😀")) {
      List<String> lines = new ArrayList<>();
      LineSplitter splitter = new LineSplitter(1001, lines::add);
      splitter.accept(ByteBuffer.wrap((character.repeat(3000) + "\n").getBytes(UTF_8)));
      assertThat(String.join("", lines)).isEqualTo(character.repeat(3000));
      assertThat(lines).allMatch(line -> line.getBytes(UTF_8).length <= 1001);
    }
  }

  @Test
  void bytesThatAreNoTextBecomeReplacementCharacters() {
    List<String> lines = new ArrayList<>();
    LineSplitter splitter = new LineSplitter(100, lines::add);
    byte[] continuation = new byte[1000];
    Arrays.fill(continuation, (byte) 0x80);
    splitter.accept(ByteBuffer.wrap(continuation));
    splitter.flushBegun();
    assertThat(lines).hasSize(10).allMatch(line -> line.equals("\ufffd".repeat(100)));
  }

  @Test
  void carriageReturnsBelongToTheLineEnd() {
    List<String> lines = new ArrayList<>();
    LineSplitter splitter = new LineSplitter(100, lines::add);
    splitter.accept(ByteBuffer.wrap("a\r\nb\n\nc".getBytes(UTF_8)));
    splitter.flushBegun();
    splitter.flushBegun();
    assertThat(lines).containsExactly("a", "b", "", "c");
  }

  @Test
  void theTailKeepsTheLastBytes() {
    TailRing ring = new TailRing();
    assertThat(ring.bytes()).isEmpty();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      ring.add("line " + i);
      all.append("line ").append(i).append('\n');
    }
    assertThat(new String(ring.bytes(), UTF_8)).isEqualTo(all.substring(all.length() - 4096));
    ring.add("y".repeat(10_000));
    assertThat(new String(ring.bytes(), UTF_8)).isEqualTo("y".repeat(4095) + "\n");
    ring.clear();
    ring.add("z");
    assertThat(new String(ring.bytes(), UTF_8)).isEqualTo("z\n");
  }

  @Test
  void theOutputLimitGrantsABurstAndThenTheRate() {
    OutputLimit limit = new OutputLimit(1000, 5000, 0);
    assertThat(limit.pass(5000, 0)).isTrue();
    assertThat(limit.pass(1, 0)).isFalse();
    assertThat(limit.pass(500, 500_000_000)).isTrue();
    assertThat(limit.pass(1, 500_000_000)).isFalse();
    assertThat(limit.report())
        .isEqualTo("Thaw: 2 lines (2 bytes) of output dropped: more than worker.outputRate");
    assertThat(limit.hasDropped()).isFalse();
    assertThat(limit.pass(5001, Long.MAX_VALUE / 2)).isFalse();
  }

  @Test
  void theReportLineHasAwsFieldsAndBillsInit() {
    assertThat(
            ReportLine.report(
                "id",
                12_344,
                OptionalLong.of(101_130),
                Optional.empty(),
                128,
                38 << 20,
                "Status: timeout",
                "boot"))
        .isEqualTo(
            "REPORT RequestId: id\tDuration: 12.34 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB"
                + "\tMax Memory Used: 38 MB\tInit Duration: 101.13 ms\tStatus: timeout\tThaw: boot");
    assertThat(
            ReportLine.report("id", 1, OptionalLong.empty(), Optional.empty(), 128, 1, "", "warm"))
        .isEqualTo(
            "REPORT RequestId: id\tDuration: 0.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB"
                + "\tMax Memory Used: 1 MB\tThaw: warm");
    assertThat(
            ReportLine.report(
                "id",
                1,
                OptionalLong.empty(),
                Optional.of(new RestoreTimes(201_130, 51_230)),
                128,
                1,
                "",
                "function"))
        .isEqualTo(
            "REPORT RequestId: id\tDuration: 0.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB"
                + "\tMax Memory Used: 1 MB\tRestore Duration: 201.13 ms"
                + "\tBilled Restore Duration: 52 ms\tThaw: function");
    assertThat(ReportLine.initReport(9_990_790, "init", "Status: timeout"))
        .isEqualTo("INIT_REPORT Init Duration: 9990.79 ms\tPhase: init\tStatus: timeout");
  }
}
