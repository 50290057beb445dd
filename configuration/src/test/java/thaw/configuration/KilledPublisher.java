package thaw.configuration;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;

/**
 * A process that publishes versions with snapshots until it is killed, saying on stdout what was
 * acknowledged, {@code published NUMBER CODE_SHA256 .}, and what is begun, {@code deleting NUMBER -
 * .}. Every third version is deleted again.
 */
final class KilledPublisher {
  private KilledPublisher() {}

  public static void main(String[] args) throws IOException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // where the log goes, which must not mix with what is said
    Opened opened =
        Opened.withSnapshots(
            Path.of(args[0]), version -> Optional.empty(), ConfigurationSettings.defaults());
    FunctionReference function = Functions.named("f");
    create(opened, function);
    out.println("open");
    for (int step = 0; ; step++) {
      opened.settled(function);
      FunctionConfiguration version =
          opened
              .service()
              .updateCode(function, Functions.code(args[1] + "-" + step).publish(true).build());
      out.println("published " + version.version() + " " + version.codeSha256() + " .");
      if (step % 3 == 2) {
        out.println("deleting " + version.version() + " - .");
        opened.service().delete(Functions.named("f:" + version.version()));
      }
    }
  }

  /** Creates it unless an earlier process did. */
  private static void create(Opened opened, FunctionReference function) throws IOException {
    try {
      opened
          .service()
          .create(
              function,
              Functions.request("0")
                  .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS))
                  .build());
    } catch (LambdaException e) {
      if (e.code() != ErrorCode.RESOURCE_CONFLICT) {
        throw e;
      }
    }
  }
}
