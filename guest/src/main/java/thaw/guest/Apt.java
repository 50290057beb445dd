package thaw.guest;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An apt of one's own for one Debian suite: its state is in a directory of the build, and it knows
 * nothing of the packages that the host has installed. It keeps the host's ways to the network
 * (proxies, credentials), but not its hooks, pins and sources.
 */
final class Apt {
  private static final Tool APT_GET = new Tool("apt-get", "apt");
  private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

  /** A line of apt-get --print-uris: 'URI' FILE SIZE HASH. */
  private static final Pattern URI_LINE =
      Pattern.compile("'([^']+)' ([^_ ]+)_([^_ ]+)_[^_ ]+\\.deb (\\d+) SHA256:([0-9a-f]{64})");

  private static final String CONFIGURATION =
      """
      #clear APT::Update;
      #clear APT::Default-Release;
      #clear APT::Architectures;
      #clear DPkg;
      APT::Architecture "amd64";
      APT::Install-Recommends "false";
      APT::Update::Error-Mode "any";
      Acquire::Languages "none";
      Acquire::ForceHash "SHA256";
      Acquire::Retries "2";
      Dir::State "@DIRECTORY@";
      Dir::State::lists "@DIRECTORY@/lists";
      Dir::State::status "@DIRECTORY@/status";
      Dir::Cache "@DIRECTORY@/cache";
      Dir::Cache::pkgcache "pkgcache.bin";
      Dir::Cache::srcpkgcache "srcpkgcache.bin";
      Dir::Etc::sourcelist "@DIRECTORY@/sources.list";
      Dir::Etc::sourceparts "@DIRECTORY@/empty";
      Dir::Etc::preferences "@DIRECTORY@/empty/preferences";
      Dir::Etc::preferencesparts "@DIRECTORY@/empty";
      """;

  private final Path directory;
  private final Mirrors mirrors;

  /** Makes the state in {@code directory} and fetches the suite's package indexes. */
  Apt(Path directory, Mirrors mirrors, String suite) throws IOException {
    this.directory = directory;
    this.mirrors = mirrors;
    if (!Files.isReadable(KEYRING)) {
      throw new GuestBuildException(
          KEYRING + " is missing: apt-get install debian-archive-keyring");
    }
    for (String name : List.of("lists/partial", "cache/archives/partial", "empty")) {
      Files.createDirectories(directory.resolve(name));
    }
    Files.writeString(directory.resolve("status"), "");
    Files.writeString(directory.resolve("sources.list"), sources(suite));
    Files.writeString(
        directory.resolve("apt.conf"), CONFIGURATION.replace("@DIRECTORY@", directory.toString()));
    run("update");
  }

  /**
   * Resolves packages with all that they depend on, as on a machine that has none.
   *
   * @return by name, in the order that apt would install them
   */
  SequencedMap<String, LockedPackage> resolve(List<String> packages) {
    SequencedMap<String, LockedPackage> resolved = new LinkedHashMap<>();
    if (packages.isEmpty()) {
      return resolved;
    }
    String[] arguments =
        Stream.concat(Stream.of("install", "-y", "--print-uris"), packages.stream())
            .toArray(String[]::new);
    for (String line : run(arguments).lines().toList()) {
      Matcher matcher = URI_LINE.matcher(line);
      if (matcher.matches()) {
        resolved.put(matcher.group(2), locked(matcher));
      } else if (line.startsWith("'")) {
        throw new GuestBuildException("apt-get --print-uris says what Thaw cannot read: " + line);
      }
    }
    return resolved;
  }

  private String run(String... arguments) {
    List<String> all =
        Stream.concat(
                Stream.of("-q", "-c", directory.resolve("apt.conf").toString()),
                Stream.of(arguments))
            .toList();
    return APT_GET.run(directory, all);
  }

  private LockedPackage locked(Matcher line) {
    String uri = line.group(1);
    for (LockedPackage.Archive archive : LockedPackage.Archive.values()) {
      if (archive == LockedPackage.Archive.SECURITY && mirrors.security().isEmpty()) {
        continue;
      }
      String base = mirrors.of(archive) + "/";
      if (uri.startsWith(base)) {
        return new LockedPackage(
            line.group(2),
            URLDecoder.decode(line.group(3).replace("+", "%2b"), StandardCharsets.UTF_8),
            line.group(5),
            Long.parseLong(line.group(4)),
            archive,
            uri.substring(base.length()));
      }
    }
    throw new GuestBuildException("apt offers a package from no mirror of the build: " + uri);
  }

  private String sources(String suite) {
    String options = "[signed-by=" + KEYRING + " target=Packages]";
    StringBuilder sources = new StringBuilder();
    for (String part : List.of(suite, suite + "-updates")) {
      sources.append("deb %s %s %s main%n".formatted(options, mirrors.debian(), part));
    }
    mirrors
        .security()
        .ifPresent(
            uri -> sources.append("deb %s %s %s-security main%n".formatted(options, uri, suite)));
    return sources.toString();
  }
}
