package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import thaw.sandbox.PageStatistics;
import thaw.snapshots.PageAccessLog;

class PageCountersTest {
  private final PageCounters counters = new PageCounters();

  @Test
  void coverageIsOfTheResumesThatUseALog() {
    assertThat(counters.status().coverage()).isEqualTo(1);
    counters.used(new PageStatistics(90, 10, 10, 300));
    counters.used(new PageStatistics(60, 40, 20, 600));
    assertThat(counters.status()).isEqualTo(new WorkerStatus.PageStatus(150, 50, 0.75, 30, 900, 0));
  }

  @Test
  void wasteIsOfTheRecordingsThatALogIsMadeOf() {
    List<List<Integer>> recordings = List.of(List.of(1, 2, 3, 4), List.of(2, 1), List.of(1, 2, 3));
    PageAccessLog log = PageAccessLog.merge(recordings);
    assertThat(log.pages()).containsExactly(1, 2, 3, 4);
    counters.made(log, recordings);
    assertThat(counters.status().waste()).isEqualTo(0.25);
  }
}
