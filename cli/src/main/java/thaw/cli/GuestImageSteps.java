package thaw.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import thaw.guest.BuildProgress;

/** Shows a build of guest images: a bar per step on a terminal, a line per step elsewhere. */
final class GuestImageSteps implements BuildProgress, AutoCloseable {
  private static final long MEBIBYTE = 1L << 20;

  private final PrintStream err;
  private final boolean bars;
  private @Nullable ProgressBar bar;

  GuestImageSteps(Context context) {
    this.err = context.err();
    this.bars = context.interactive();
  }

  @Override
  public void stepBegun(String name, long total, Unit unit) {
    close();
    if (!bars) {
      err.println("Guest image: " + name);
      return;
    }
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(100)
            .setConsumer(new ConsoleProgressBarConsumer(err));
    bar = (unit == Unit.BYTES ? builder.setUnit(" MiB", MEBIBYTE) : builder).build();
  }

  @Override
  public void stepAdvanced(long done) {
    ProgressBar current = bar;
    if (current != null) {
      current.stepTo(done);
    }
  }

  @Override
  public void finished() {
    ProgressBar current = bar;
    if (current != null) {
      current.stepTo(current.getMax());
    }
    close();
  }

  @Override
  public void close() {
    ProgressBar current = bar;
    if (current != null) {
      current.close();
      bar = null;
    }
  }
}
