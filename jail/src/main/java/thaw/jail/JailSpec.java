package thaw.jail;

import java.util.List;

/**
 * What is particular to one jail; docs/jail.md says what is common to all.
 *
 * @param id unique on the host, the instance's name and a number: names the container and its
 *     cgroup
 * @param uid user and group id of all that runs in it
 * @param command program, seen from inside, and arguments
 * @param binds what it sees of the host, besides the system's programs and libraries
 * @param memoryBytes limit of memory and page cache
 * @param fileBytes how far it may write into any file
 * @param cpuShares weight against the other jails of its instance
 * @param kvm whether it has /dev/kvm
 */
public record JailSpec(
    String id,
    int uid,
    List<String> command,
    List<Bind> binds,
    long memoryBytes,
    long fileBytes,
    long cpuShares,
    boolean kvm) {
  public JailSpec {
    command = List.copyOf(command);
    binds = List.copyOf(binds);
  }
}
