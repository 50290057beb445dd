package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds container images with umoci: busybox and a shell script that is the runtime's client. */
final class ContainerImage {
  private static final List<String> PROGRAMS =
      List.of("sh", "wget", "sed", "tr", "cat", "id", "ls", "touch", "grep", "wc");

  private ContainerImage() {}

  /**
   * Makes an image with an AWS-style layout.
   *
   * @param layout directory of the OCI image layout
   * @param config options of {@code umoci config}
   * @return what names it
   */
  static String build(Path layout, String tag, List<String> config) throws Exception {
    if (!Files.exists(layout)) {
      run("umoci", "init", "--layout", layout.toString());
    }
    String image = layout + ":" + tag;
    Path bundle = layout.resolveSibling("bundle-" + tag);
    run("umoci", "new", "--image", image);
    run("umoci", "unpack", "--image", image, bundle.toString());
    fill(bundle.resolve("rootfs"));
    run("umoci", "repack", "--image", image, bundle.toString());
    List<String> command = new ArrayList<>(List.of("umoci", "config", "--image", image));
    command.addAll(config);
    run(command.toArray(String[]::new));
    return "oci:" + image;
  }

  private static void fill(Path root) throws IOException {
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.copy(Path.of("/usr/bin/busybox"), bin.resolve("busybox"));
    for (String program : PROGRAMS) {
      Files.createSymbolicLink(bin.resolve(program), Path.of("busybox"));
    }
    script(
        root.resolve("lambda-entrypoint.sh"),
        "#!/bin/sh\nexport _HANDLER=$1\nexec /var/runtime/bootstrap\n");
    script(root.resolve("var/runtime/bootstrap"), resource("bootstrap"));
    script(root.resolve("var/task/facts.sh"), resource("facts.sh"));
    // What something is mounted on need not be what one would expect.
    Files.createDirectories(root.resolve("etc"));
    Files.createSymbolicLink(root.resolve("etc/resolv.conf"), Path.of("../run/resolv.conf"));
    Files.createSymbolicLink(root.resolve("tmp"), Path.of("/var/task"));
    Files.createDirectories(root.resolve("many"));
    for (int i = 0; i < 500; i++) {
      Files.writeString(root.resolve("many/file-with-a-long-name-" + i), "content " + i);
    }
  }

  private static void script(Path file, String content) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ContainerImage.class.getResourceAsStream("/images/" + name)) {
      return new String(
          Objects.requireNonNull(in).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private static void run(String... command) throws Exception {
    Command ran = Command.run(Map.of(), List.of(command));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }
}
