package thaw.guest;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What to do about the usual complaints of the tools. */
final class Remedies {
  private record Remedy(Pattern complaint, String text) {
    Remedy(String complaint, String text) {
      this(Pattern.compile(complaint), text);
    }
  }

  /** The surest first: the tools often complain of several things at once. */
  private static final List<Remedy> ALL =
      List.of(
          new Remedy(
              "No space left on device",
              "The disk is full. Free some space, or set guest.cacheDir to a directory that has it."),
          new Remedy(
              "Could not resolve|Temporary failure resolving|Could not connect|Unable to connect"
                  + "|Connection failed|onnection timed out|Network is unreachable",
              "The Debian mirror cannot be reached. Check the network and the proxy settings of apt"
                  + " (apt-get update shows the same), or set guest.mirror."),
          new Remedy(
              "npm error code (ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET)"
                  + "|npm ERR! code (ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET)",
              "npm's registry cannot be reached. Check the network and npm's own settings (npm ping"
                  + " shows the same), or take the node runtimes out of configuration.runtimes."),
          new Remedy(
              "NO_PUBKEY|is not signed|couldn't be verified|KEYEXPIRED",
              "The mirror's signature cannot be checked: apt-get install debian-archive-keyring"),
          new Remedy(
              "does not have a Release file",
              "The Debian mirror has no such suite. Set guest.mirror to one that has."),
          new Remedy(
              "404 +Not Found",
              "The mirror has no such file any more: build with a fresh package list."),
          new Remedy(
              "Operation not permitted|Permission denied|must be root",
              "Building guest images takes root: run as root."));

  private Remedies() {}

  static Optional<String> of(String complaint) {
    return ALL.stream()
        .filter(remedy -> remedy.complaint().matcher(complaint).find())
        .map(Remedy::text)
        .findFirst();
  }
}
