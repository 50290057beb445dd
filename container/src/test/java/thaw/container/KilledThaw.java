package thaw.container;

import java.nio.file.Path;
import thaw.sandbox.Guest;

/** A process that starts a sandbox, pauses it, says so, and then waits to be killed. */
final class KilledThaw {
  static final String READY = "ready";

  private KilledThaw() {}

  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws Exception {
    Fixture fixture = Fixture.of(Path.of(args[0]));
    ContainerDriver driver = fixture.openDriver();
    Guest guest = Guest.start(driver, fixture.spec(fixture.codeImage(), true));
    guest.sandbox().pause();
    System.out.println(READY + " " + guest.sandbox().id());
    Thread.sleep(Long.MAX_VALUE);
  }
}
