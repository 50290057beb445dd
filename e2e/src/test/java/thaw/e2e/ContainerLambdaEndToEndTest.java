package thaw.e2e;

/** The same functions, in containers. */
class ContainerLambdaEndToEndTest extends LambdaEndToEndTest {
  ContainerLambdaEndToEndTest() {
    super("container");
  }
}
