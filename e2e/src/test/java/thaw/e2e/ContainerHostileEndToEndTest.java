package thaw.e2e;

/** The same functions that mean harm, in containers. */
class ContainerHostileEndToEndTest extends HostileEndToEndTest {
  @Override
  String driver() {
    return "container";
  }
}
