package thaw.cli.doctor;

import java.util.Optional;

/**
 * What was found out about one thing that Thaw needs.
 *
 * @param name for people and scripts, for example {@code qemu}
 * @param detail what was found
 * @param remedy what to do about it, if something is to be done
 */
public record Check(String name, State state, String detail, Optional<String> remedy) {
  /** How bad it is. */
  public enum State {
    OK,
    /** Thaw works, but less well. */
    WARN,
    /** Thaw does not work. */
    FAIL
  }

  static Check ok(String name, String detail) {
    return new Check(name, State.OK, detail, Optional.empty());
  }

  static Check warn(String name, String detail, String remedy) {
    return new Check(name, State.WARN, detail, Optional.of(remedy));
  }

  static Check fail(String name, String detail, String remedy) {
    return new Check(name, State.FAIL, detail, Optional.of(remedy));
  }
}
