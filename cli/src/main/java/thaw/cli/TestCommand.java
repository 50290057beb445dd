package thaw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "test",
    description = {
      "Runs every test, real VMs among them, and ends with the count.",
      "Done by the launcher script ./thaw, since it builds Thaw first."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  thaw test",
      "  thaw test worker           one module and what it depends on",
      "  thaw test --large e2e"
    })
final class TestCommand implements Callable<Integer> {
  @ArgGroup
  @SuppressWarnings("UnusedVariable")
  private Only only = new Only();

  @Parameters(arity = "0..*", paramLabel = "MODULE", description = "Modules to test.")
  private List<String> modules = List.of();

  /** What takes too long for every build: of these tests alone, and with more than then. */
  @SuppressWarnings("UnusedVariable") // for the help: the launcher script reads them
  private static final class Only {
    @Option(
        names = "--fuzz",
        description =
            "Only the tests by random cases, a million of them, from another seed each time"
                + " (THAW_FUZZ_SEED, THAW_FUZZ_FACTOR).")
    boolean fuzz;

    @Option(
        names = "--clones",
        description = "Only those that compare clones, with a hundred of each snapshot.")
    boolean clones;

    @Option(
        names = "--large",
        description =
            "Only those with a large container image, of 10 GiB. They need 25 GB in /tmp.")
    boolean large;
  }

  TestCommand(Context ignored) {}

  @Override
  public Integer call() {
    throw new UserError(
        "tests are run by the launcher script",
        "Run: ./thaw test " + String.join(" ", modules) + "   in Thaw's sources.");
  }
}
