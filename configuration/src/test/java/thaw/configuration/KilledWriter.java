package thaw.configuration;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/**
 * A process that creates, updates and deletes functions until it is killed, saying on stdout what
 * it begins and what was acknowledged: {@code begin|done create|update|delete NAME SOURCE .}.
 */
final class KilledWriter {
  private static final int NAMES = 12;

  private KilledWriter() {}

  public static void main(String[] args) throws IOException {
    Random random = new Random(Long.parseLong(args[1]));
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // where the log goes, which must not mix with what is said
    Opened opened = Opened.at(Path.of(args[0]));
    out.println("open");
    for (int step = 0; ; step++) {
      FunctionReference function = Functions.named("f" + random.nextInt(NAMES));
      String source = args[1] + "-" + step + "-" + "x".repeat(random.nextInt(2_000));
      int what = random.nextInt(10);
      String operation = what < 4 ? "create" : what < 8 ? "update" : "delete";
      String words = operation + " " + function.name() + " " + source + " .";
      out.println("begin " + words);
      try {
        switch (operation) {
          case "create" -> opened.service().create(function, Functions.request(source).build());
          case "update" -> opened.service().updateCode(function, Functions.code(source).build());
          default -> opened.service().delete(function);
        }
        out.println("done " + words);
      } catch (LambdaException e) {
        out.println("refused " + words);
      }
    }
  }
}
