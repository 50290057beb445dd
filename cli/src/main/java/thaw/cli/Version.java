package thaw.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Thaw's version, as its jar states it. */
public final class Version implements IVersionProvider {
  /** For example {@code 0.1.0-SNAPSHOT}; {@code development} when not run from a jar. */
  public static String current() {
    return Optional.ofNullable(Main.class.getPackage())
        .map(Package::getImplementationVersion)
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"thaw " + current()};
  }
}
