package thaw.e2e;

/** The same functions, in containers. */
class ContainerLambdaEndToEndTest extends LambdaEndToEndTest {
  @Override
  String driver() {
    return "container";
  }
}
