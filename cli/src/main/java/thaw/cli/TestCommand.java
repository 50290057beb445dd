package thaw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "test",
    description = {
      "Runs every test, real VMs among them, and ends with the count.",
      "Done by the launcher script ./thaw, since it builds Thaw first."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw test", "  thaw test worker     one module and what it depends on"})
final class TestCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "MODULE", description = "Modules to test.")
  private List<String> modules = List.of();

  TestCommand(Context ignored) {}

  @Override
  public Integer call() {
    throw new UserError(
        "tests are run by the launcher script",
        "Run: ./thaw test " + String.join(" ", modules) + "   in Thaw's sources.");
  }
}
