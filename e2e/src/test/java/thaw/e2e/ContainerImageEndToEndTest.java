package thaw.e2e;

/** The same images, in containers. */
class ContainerImageEndToEndTest extends ImageEndToEndTest {
  @Override
  String driver() {
    return "container";
  }
}
