package thaw.guest;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Builds every image into a cache directory: {@code BuildImages CACHE [RUNTIME...]}. */
final class BuildImages {
  private BuildImages() {}

  public static void main(String[] arguments) {
    GuestImageBuilder builder =
        new GuestImageBuilder(
            new GuestSettings(Path.of(arguments[0]), Optional.empty(), Optional.empty()));
    Set<String> runtimes =
        arguments.length > 1
            ? Set.of(java.util.Arrays.copyOfRange(arguments, 1, arguments.length))
            : builder.offeredRuntimes();
    long start = System.nanoTime();
    GuestImages images = builder.build(runtimes, new PrintedProgress());
    System.out.println(images);
    System.out.printf("%.3f s%n", (System.nanoTime() - start) / 1e9);
  }

  private static final class PrintedProgress implements BuildProgress {
    private long startNanos = System.nanoTime();

    @Override
    public void stepBegun(String name, long total, Unit unit) {
      System.out.printf("%.1f %s (%d %s)%n", seconds(), name, total, unit);
    }

    @Override
    public void stepAdvanced(long done) {
      System.out.printf("%.1f   %d%n", seconds(), done);
    }

    @Override
    public void finished() {
      System.out.printf("%.1f finished%n", seconds());
    }

    private double seconds() {
      return (System.nanoTime() - startNanos) / 1e9;
    }
  }
}
