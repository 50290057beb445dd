package thaw.e2e;

/** The red team in containers. */
class ContainerRedTeamEndToEndTest extends RedTeamEndToEndTest {
  @Override
  String driver() {
    return "container";
  }
}
