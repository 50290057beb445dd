package thaw.chunks;

import java.io.IOException;
import java.util.Set;

/** The authority on which manifests are live: the database. Parents of live ones are live too. */
@FunctionalInterface
public interface LiveManifests {
  /** Ids of every manifest that is referred to now. */
  Set<Hash> read() throws IOException;
}
