package thaw.agent;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** The arguments of control calls as docs/agent-protocol.md lays them out. */
final class Arguments {
  private static final int CLOCK_BYTES = 12;
  private static final int NETWORK_BYTES = 13;
  private static final int LIMITS_BYTES = 12;
  private static final int START_BYTES = 16;

  private Arguments() {}

  static ByteBuffer clock(Instant now) {
    return little(CLOCK_BYTES).putLong(now.getEpochSecond()).putInt(now.getNano()).flip();
  }

  static ByteBuffer seed(byte[] seed) {
    if (seed.length < 1 || seed.length > Protocol.MAX_SEED_BYTES) {
      throw new IllegalArgumentException(
          "a seed of %d bytes; it takes 1 to %d".formatted(seed.length, Protocol.MAX_SEED_BYTES));
    }
    return ByteBuffer.wrap(seed);
  }

  static ByteBuffer identity(GuestIdentity identity) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    string(out, identity.hostname());
    string(out, identity.machineId());
    string(out, identity.bootId().toString());
    return ByteBuffer.wrap(out.toByteArray());
  }

  static ByteBuffer network(GuestNetwork network) {
    return little(NETWORK_BYTES)
        .put(Ipv4.parse(network.address()))
        .put(Ipv4.parse(network.gateway()))
        .put(Ipv4.parse(network.resolver()))
        .put((byte) network.prefixLength())
        .flip();
  }

  static ByteBuffer disks(Set<GuestDisk> disks) {
    int set = disks.stream().mapToInt(GuestDisk::bit).sum();
    return little(Integer.BYTES).putInt(set).flip();
  }

  static ByteBuffer limits(long memoryMaxBytes, int processesMax) {
    return little(LIMITS_BYTES).putLong(memoryMaxBytes).putInt(processesMax).flip();
  }

  static ByteBuffer process(RuntimeProcess process) {
    ByteArrayOutputStream strings = new ByteArrayOutputStream();
    string(strings, process.workingDirectory());
    process.command().forEach(argument -> string(strings, argument));
    for (Map.Entry<String, String> variable : process.environment().entrySet()) {
      string(strings, variable.getKey() + "=" + variable.getValue());
    }
    return little(START_BYTES + strings.size())
        .putLong(process.memoryMaxBytes())
        .putInt(process.processesMax())
        .putShort((short) process.command().size())
        .putShort((short) process.environment().size())
        .put(strings.toByteArray())
        .flip();
  }

  private static void string(ByteArrayOutputStream out, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a NUL character in an argument or environment variable for the guest");
    }
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    out.write(0);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
