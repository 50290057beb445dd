package thaw.guest;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What to do about the usual complaints of the tools. */
final class Remedies {
  private static final Map<Pattern, String> BY_COMPLAINT =
      Map.of(
          Pattern.compile(
              "Could not resolve|Temporary failure resolving|Could not connect|Unable to connect"
                  + "|Connection failed|onnection timed out|Network is unreachable"),
          "The Debian mirror cannot be reached. Check the network and the proxy settings of apt"
              + " (apt-get update shows the same), or set guest.mirror.",
          Pattern.compile("NO_PUBKEY|is not signed|couldn't be verified|KEYEXPIRED"),
          "The mirror's signature cannot be checked: apt-get install debian-archive-keyring",
          Pattern.compile("does not have a Release file"),
          "The Debian mirror has no such suite. Set guest.mirror to one that has.",
          Pattern.compile("No space left on device"),
          "The disk is full. Free some space, or set guest.cacheDir to a directory that has it.",
          Pattern.compile("Operation not permitted|Permission denied|must be root"),
          "Building guest images takes root: run as root.",
          Pattern.compile("404 +Not Found"),
          "The mirror has no such file any more: build with a fresh package list.");

  private Remedies() {}

  static Optional<String> of(String complaint) {
    return BY_COMPLAINT.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(complaint).find())
        .map(Map.Entry::getValue)
        .sorted()
        .findFirst();
  }
}
