package thaw.guest;

import java.util.SortedMap;

/** The sources of the agent that goes into the initramfs. */
final class AgentFiles {
  private AgentFiles() {}

  static SortedMap<String, byte[]> bundled() {
    return RecipeFiles.bundled().tree("agent/");
  }
}
