package thaw.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.settings.DataSize;

class LogsTest {
  private static final LogGroup GROUP =
      new LogGroup("000000000000", "us-east-1", "/aws/lambda/hello");

  @TempDir Path root;

  @Test
  void whatIsWrittenIsReadBackInOrder() throws IOException {
    List<LogEvent> events = new ArrayList<>();
    try (LogWriter writer = new LogWriter(root, LogSettings.defaults())) {
      for (int i = 0; i < 1000; i++) {
        LogEvent event = event(1000 + i, "line " + i + " \"quoted\" \u0001 ü\t😀");
        events.add(event);
        assertThat(writer.append(GROUP, event)).isTrue();
      }
      writer.flush();
      assertThat(read()).isEqualTo(events);
      assertThat(writer.status().written()).isEqualTo(1000);
      assertThat(writer.status().queuedBytes()).isZero();
    }
  }

  @Test
  void aLineTornByACrashIsSkippedAndLaterLinesAreRead() throws IOException {
    write("one", "two");
    Path segment = Segments.list(GROUP.directory(root)).getLast();
    Files.writeString(segment, "{\"time\":3,\"function\":\"he", StandardOpenOption.APPEND);
    write("three");

    assertThat(read()).extracting(LogEvent::message).containsExactly("one", "two", "three");
  }

  @Test
  void damagedLinesAreSkipped() throws IOException {
    write("one");
    Path segment = Segments.list(GROUP.directory(root)).getLast();
    byte[] garbage = new byte[3_000_000];
    Arrays.fill(garbage, (byte) 0xff);
    Files.write(segment, garbage, StandardOpenOption.APPEND);
    Files.writeString(segment, "\n[]\nnull\n{}\n", StandardOpenOption.APPEND);
    write("two");

    assertThat(read()).extracting(LogEvent::message).containsExactly("one", "two");
  }

  @Test
  void aGroupKeepsItsNewestBytesOnly() throws IOException {
    LogSettings small =
        new LogSettings(
            Duration.ofDays(1),
            new DataSize(64 * 1024),
            new DataSize(256 * 1024),
            DataSize.ofMebibytes(64));
    try (LogWriter writer = new LogWriter(root, small)) {
      for (int i = 0; i < 200; i++) {
        writer.append(GROUP, event(i + 1, "x".repeat(10_000)));
        if (i % 10 == 0) {
          writer.flush();
        }
      }
    }
    long bytes = 0;
    for (Path segment : Segments.list(GROUP.directory(root))) {
      bytes += Files.size(segment);
    }
    assertThat(bytes).isBetween(128L * 1024, 256L * 1024 + 2 * 64 * 1024);
    assertThat(read().getLast().timeMillis()).isEqualTo(200);
  }

  @Test
  void segmentsPastTheirRetentionAreDeleted() throws IOException {
    write("old");
    Path old = Segments.list(GROUP.directory(root)).getLast();
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(15))));
    write("new");

    assertThat(read()).extracting(LogEvent::message).containsExactly("new");
    assertThat(old).doesNotExist();
  }

  @Test
  void aFullQueueDropsAndCountsInsteadOfBlocking() {
    LogSettings tiny =
        new LogSettings(
            Duration.ofDays(1),
            DataSize.ofMebibytes(1),
            DataSize.ofMebibytes(8),
            new DataSize(64 * 1024));
    try (LogWriter writer = new LogWriter(root, tiny)) {
      assertThat(writer.append(GROUP, event(1, "x".repeat(40_000)))).isFalse();
      assertThat(writer.append(GROUP, event(2, "small"))).isTrue();
      assertThat(writer.status().dropped()).isEqualTo(1);
    }
  }

  @Test
  void queriesSelectByTimeAndFunction() throws IOException {
    try (LogWriter writer = new LogWriter(root, LogSettings.defaults())) {
      writer.append(GROUP, event(1000, "early"));
      writer.append(GROUP, event(2000, "late"));
      writer.append(
          GROUP, new LogEvent(3000, "other", "stream", Optional.of("id"), "of another function"));
    }
    List<String> messages = new ArrayList<>();
    LogQuery query = new LogQuery(Optional.of(Instant.ofEpochMilli(2000)), Optional.of("hello"));
    new FunctionLogs(root).read(GROUP, query, event -> messages.add(event.message()));
    assertThat(messages).containsExactly("late");
  }

  @Test
  void followingSeesLinesAsTheyAreWrittenAcrossSegments() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    Thread follower =
        Thread.ofVirtual()
            .start(() -> {
              try {
                new FunctionLogs(root)
                    .follow(GROUP, LogQuery.all(), event -> seen.add(event.message()));
              } catch (IOException | InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    write("one");
    await().untilAsserted(() -> assertThat(seen).containsExactly("one"));
    write("two", "three");
    await().untilAsserted(() -> assertThat(seen).containsExactly("one", "two", "three"));
    follower.interrupt();
    follower.join();
  }

  @Test
  void namesOfGroupsCannotLeaveTheDirectory() {
    assertThat(LogGroup.encode("../../etc")).isEqualTo("%2E%2E%2F%2E%2E%2Fetc");
    assertThat(LogGroup.encode("/aws/lambda/ü")).isEqualTo("%2Faws%2Flambda%2F%C3%BC");
    String longName = "/" + "a".repeat(511);
    assertThat(LogGroup.encode(longName).getBytes(UTF_8)).hasSizeLessThanOrEqualTo(255);
    assertThat(LogGroup.encode(longName)).isNotEqualTo(LogGroup.encode(longName + "b"));
  }

  @Test
  void anUnknownGroupIsEmpty() throws IOException {
    assertThat(read()).isEmpty();
  }

  private void write(String... messages) {
    try (LogWriter writer = new LogWriter(root, LogSettings.defaults())) {
      for (String message : messages) {
        writer.append(GROUP, event(System.currentTimeMillis(), message));
      }
    }
  }

  private List<LogEvent> read() throws IOException {
    List<LogEvent> events = new ArrayList<>();
    new FunctionLogs(root).read(GROUP, LogQuery.all(), events::add);
    return events;
  }

  private static LogEvent event(long timeMillis, String message) {
    return new LogEvent(timeMillis, "hello", "stream", Optional.of("request"), message);
  }
}
