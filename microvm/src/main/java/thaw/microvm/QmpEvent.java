package thaw.microvm;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What QEMU tells on its own.
 *
 * @param name for example {@code SHUTDOWN}, {@code STOP}, {@code GUEST_PANICKED}
 * @param data the event's members, possibly none
 */
record QmpEvent(String name, JsonNode data) {
  /** Why the machine ends, for people, if this event says so. */
  Optional<String> death() {
    return switch (name) {
      case "SHUTDOWN" -> Optional.of(shutdown(data.path("reason").asString("unknown")));
      case "GUEST_PANICKED" -> Optional.of("the guest's kernel panicked");
      default -> Optional.empty();
    };
  }

  private static String shutdown(String reason) {
    return switch (reason) {
      case "guest-shutdown" -> "the guest powered off";
      case "guest-reset" -> "the guest's kernel panicked or rebooted";
      case "guest-panic" -> "the guest's kernel panicked";
      default -> "the VM ended: " + reason;
    };
  }
}
