package thaw.cli.platform;

import java.io.IOException;
import java.util.Set;
import thaw.guest.BuildProgress;
import thaw.guest.GuestBuildException;
import thaw.guest.GuestImageBuilder;
import thaw.guest.GuestImages;
import thaw.guest.GuestSettings;

/** The guest images of a platform: those that are built, and each other when it is first needed. */
final class RuntimeImages {
  /** Takes a set of images with one more runtime in it. */
  @FunctionalInterface
  interface User {
    void use(GuestImages images) throws IOException;
  }

  private final GuestImageBuilder builder;
  private GuestImages images;

  /** Finds what is built; builds kernel, agent and root if they are not. */
  RuntimeImages(GuestSettings settings) {
    builder = new GuestImageBuilder(settings);
    images = builder.build(Set.of(), BuildProgress.NONE);
  }

  synchronized GuestImages images() {
    return images;
  }

  /**
   * Builds a runtime's image unless it is there.
   *
   * @param user is given the images then
   */
  synchronized void require(String runtime, User user) throws IOException {
    if (images.runtimes().containsKey(runtime)) {
      return;
    }
    try {
      GuestImages more = builder.build(Set.of(runtime), BuildProgress.NONE);
      user.use(more);
      images = more;
    } catch (GuestBuildException e) {
      throw new IOException("no guest image for " + runtime + ": " + e.getMessage(), e);
    }
  }
}
