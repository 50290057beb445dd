package thaw.jail;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the OCI runtime specification 1.0.2 that a jail uses, named as it is there.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.0.2/config.md">config.md</a>
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record OciConfig(
    String ociVersion,
    Program process,
    Root root,
    String hostname,
    List<Mount> mounts,
    Linux linux) {

  public record Program(
      boolean terminal,
      User user,
      List<String> args,
      List<String> env,
      String cwd,
      Map<String, List<String>> capabilities,
      boolean noNewPrivileges,
      List<Rlimit> rlimits) {}

  public record User(int uid, int gid) {}

  public record Rlimit(String type, long soft, long hard) {}

  public record Root(String path, boolean readonly) {}

  public record Mount(String destination, String type, String source, List<String> options) {}

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Linux(
      Optional<List<IdMapping>> uidMappings,
      Optional<List<IdMapping>> gidMappings,
      List<Namespace> namespaces,
      String cgroupsPath,
      Resources resources,
      List<Device> devices,
      Seccomp seccomp,
      List<String> maskedPaths) {}

  /** Ids of a user namespace: {@code size} of them from each start. */
  public record IdMapping(
      @JsonProperty("containerID") int inside, @JsonProperty("hostID") int outside, int size) {}

  public record Namespace(String type) {}

  public record Resources(List<DeviceRule> devices, Memory memory, Cpu cpu, Pids pids) {}

  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record DeviceRule(
      boolean allow,
      Optional<String> type,
      Optional<Long> major,
      Optional<Long> minor,
      String access) {}

  public record Memory(long limit, long swap) {}

  public record Cpu(long shares) {}

  public record Pids(long limit) {}

  public record Device(
      String path, String type, long major, long minor, int fileMode, int uid, int gid) {}

  public record Seccomp(
      String defaultAction, List<String> architectures, List<SyscallRule> syscalls) {}

  public record SyscallRule(
      List<String> names, String action, int errnoRet, List<SyscallArgument> args) {}

  /** With SCMP_CMP_MASKED_EQ, {@code value} is the mask and {@code valueTwo} what must be left. */
  public record SyscallArgument(
      int index, long value, long valueTwo, @JsonProperty("op") String test) {}
}
