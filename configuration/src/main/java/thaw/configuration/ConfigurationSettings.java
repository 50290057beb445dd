package thaw.configuration;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import thaw.settings.Default;
import thaw.settings.Doc;
import thaw.settings.Range;

/** Settings of the configuration service. */
public record ConfigurationSettings(
    @Doc("Account that functions belong to, 12 digits; part of their ARNs.")
        @Default("\"000000000000\"")
        String accountId,
    @Doc("Region that functions live in; part of their ARNs.") @Default("us-east-1") String region,
    @Doc("Runtimes that functions may ask for.")
        @Default("[nodejs22.x, nodejs24.x, python3.13, java21, java25, ruby3.3, provided.al2023]")
        List<String> runtimes,
    @Doc(
            "Runtimes that are run by another one, for example { \"python3.12\": python3.13,"
                + " \"nodejs20.x\": nodejs22.x, \"java17\": java21 }. The API goes on showing what was"
                + " asked for.")
        @Default("{}")
        Map<String, String> runtimeAliases,
    @Doc("How many functions are made ready at once after they were created or updated.")
        @Default("2")
        @Range(min = "1", max = "64")
        int makeReadyAtOnce,
    @Doc("How many functions may wait to be made ready; beyond that creates are throttled.")
        @Default("1000")
        @Range(min = "1", max = "100000")
        int makeReadyQueue,
    @Doc(
            "How many published versions are made ready at once: with SnapStart, how many snapshots"
                + " are taken.")
        @Default("2")
        @Range(min = "1", max = "64")
        int publishAtOnce,
    @Doc(
            "How many published versions may wait to be made ready; beyond that publishing is throttled.")
        @Default("1000")
        @Range(min = "1", max = "100000")
        int publishQueue,
    @Doc(
            "A version with a snapshot that was not invoked for this long becomes Inactive: its"
                + " snapshot is given up, and made anew when it is invoked again.")
        @Default("14d")
        @Range(min = "1s")
        Duration inactiveAfter,
    @Doc("How many connections read the database at once.")
        @Default("4")
        @Range(min = "1", max = "64")
        int databaseReaders,
    @Doc("How long a request waits for its turn to read or write the database.")
        @Default("10s")
        @Range(min = "250ms", max = "5m")
        Duration databaseWait,
    @Doc("How often code that no function uses any more is looked for and removed.")
        @Default("10m")
        @Range(min = "1s")
        Duration collectCodeEvery,
    S3Settings s3) {
  /**
   * Checks what the types cannot.
   *
   * @throws IllegalArgumentException naming the setting, its value and what it must be
   */
  public ConfigurationSettings {
    if (!accountId.matches("\\d{12}")) {
      throw new IllegalArgumentException("accountId must be 12 digits, not \"" + accountId + "\"");
    }
    if (!region.matches("[a-z]{2}(-[a-z]+)+-\\d")) {
      throw new IllegalArgumentException("region must look like us-east-1, not \"" + region + "\"");
    }
    runtimes = List.copyOf(runtimes);
    runtimeAliases = Map.copyOf(runtimeAliases);
    for (Map.Entry<String, String> alias : runtimeAliases.entrySet()) {
      if (!runtimes.contains(alias.getValue())) {
        throw new IllegalArgumentException(
            "runtimeAliases maps %s to %s, which is not one of runtimes %s"
                .formatted(alias.getKey(), alias.getValue(), runtimes));
      }
    }
  }

  /** Without S3. */
  public ConfigurationSettings(
      String accountId,
      String region,
      List<String> runtimes,
      Map<String, String> runtimeAliases,
      int makeReadyAtOnce,
      int makeReadyQueue,
      int publishAtOnce,
      int publishQueue,
      Duration inactiveAfter,
      int databaseReaders,
      Duration databaseWait,
      Duration collectCodeEvery) {
    this(
        accountId,
        region,
        runtimes,
        runtimeAliases,
        makeReadyAtOnce,
        makeReadyQueue,
        publishAtOnce,
        publishQueue,
        inactiveAfter,
        databaseReaders,
        databaseWait,
        collectCodeEvery,
        S3Settings.none());
  }

  /** The same with another S3. */
  public ConfigurationSettings with(S3Settings other) {
    return new ConfigurationSettings(
        accountId,
        region,
        runtimes,
        runtimeAliases,
        makeReadyAtOnce,
        makeReadyQueue,
        publishAtOnce,
        publishQueue,
        inactiveAfter,
        databaseReaders,
        databaseWait,
        collectCodeEvery,
        other);
  }

  /** The defaults, for tests and tools. */
  public static ConfigurationSettings defaults() {
    return new ConfigurationSettings(
        "000000000000",
        "us-east-1",
        List.of(
            "nodejs22.x",
            "nodejs24.x",
            "python3.13",
            "java21",
            "java25",
            "ruby3.3",
            "provided.al2023"),
        Map.of(),
        2,
        1_000,
        2,
        1_000,
        Duration.ofDays(14),
        4,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10));
  }
}
