package thaw.snapshots;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import thaw.snapshots.SnapshotHeader.Kind;

/** A process that makes, replaces and drops layers, and says what is done, until it is killed. */
final class KilledStore {
  static final String ACCOUNT = "000000000000";
  static final String FUNCTION = "f";
  static final int OLD = 1;
  static final int NEW = 2;
  static final int OWN = 3;

  /** What it has done, in this order, and says when it is durable. */
  enum Done {
    BASE_MADE,
    LOG_KEPT,
    FUNCTION_MADE,
    FUNCTION_DROPPED,
    BASE_REPLACED,
    KEY_DESTROYED
  }

  private KilledStore() {}

  @SuppressWarnings("SystemOut")
  private static void say(Done done) {
    System.out.println(done);
    System.out.flush();
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    KeyRing keys = new KeyRing(directory.resolve("keys"));
    try (LayerCatalog catalog =
        new LayerCatalog(SnapshotStore.open(directory.resolve("snapshots")))) {
      catalog.add(FilledLayers.draft(OLD, Kind.BASE, Optional.empty()), keys.service());
      say(Done.BASE_MADE);
      LayerHandle base =
          catalog
              .find(
                  FilledLayers.id(Kind.BASE, Optional.empty()),
                  () -> Optional.of(keys.service()),
                  Optional.empty())
              .orElseThrow();
      catalog.keepAccessLog(base, new PageAccessLog(List.of(1, 2, 3)));
      say(Done.LOG_KEPT);
      LayerDraft own = FilledLayers.draft(OWN, Kind.FUNCTION, Optional.of(base.layer()));
      catalog.add(own, keys.function(ACCOUNT, FUNCTION));
      say(Done.FUNCTION_MADE);
      catalog.drop(own.header().id());
      say(Done.FUNCTION_DROPPED);
      catalog.add(FilledLayers.draft(NEW, Kind.BASE, Optional.empty()), keys.service());
      say(Done.BASE_REPLACED);
      keys.destroyFunction(ACCOUNT, FUNCTION);
      say(Done.KEY_DESTROYED);
      base.release();
    }
  }
}
