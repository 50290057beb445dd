package thaw.microvm;

import java.nio.file.Path;
import thaw.sandbox.Guest;
import thaw.sandbox.SandboxSpec;

/** A process that starts a sandbox, says so, and then waits to be killed. */
final class KilledThaw {
  static final String READY = "ready";

  private KilledThaw() {}

  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws Exception {
    Fixture fixture = Fixture.of(Path.of(args[0]), Integer.parseInt(args[1]));
    MicrovmDriver driver = fixture.openDriver();
    Guest guest =
        Guest.start(
            driver,
            new SandboxSpec(Fixture.RUNTIME, fixture.codeImage("hello", "hello"), 128, 512, true));
    System.out.println(READY + " " + guest.sandbox().id());
    Thread.sleep(Long.MAX_VALUE);
  }
}
