package thaw.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A snapshot layer's files, and where its parts are in them (docs/snapshot-format.md). */
record LayerFiles(Path directory) {
  private static final int PAGE_BYTES = 4096;
  private static final int ENTRY_BYTES = 8;
  private static final int HEADER_LENGTH_AT = 12;

  /** A part of a layer, of which one bit is to be flipped. */
  enum Part {
    MEMORY_PAGE,
    DEVICE_STATE,
    PAGE_ACCESS_LOG,
    FORMAT_VERSION,
    HEADER,
    PAGE_TABLE,
    CHUNK_HASHES,
    KEY_TABLE
  }

  Path log() {
    return directory.resolve("access-log");
  }

  /** The whole manifest, which changes when the layer is made anew. */
  byte[] manifest() throws IOException {
    return Files.readAllBytes(directory.resolve("manifest"));
  }

  void flip(Part part) throws IOException {
    ByteBuffer manifest = ByteBuffer.wrap(manifest());
    int memoryTable = HEADER_LENGTH_AT + 4 + manifest.getInt(HEADER_LENGTH_AT);
    int diskTable = memoryTable + 4 + ENTRY_BYTES * manifest.getInt(memoryTable);
    int afterTables = diskTable + 4 + ENTRY_BYTES * manifest.getInt(diskTable);
    int stateSlot = manifest.getInt(afterTables);
    switch (part) {
      case MEMORY_PAGE -> flip("chunks", 100);
      case DEVICE_STATE -> flip("chunks", (long) stateSlot * PAGE_BYTES + 100);
      case PAGE_ACCESS_LOG -> flip("access-log", 20);
      case FORMAT_VERSION -> flip("manifest", 11);
      case HEADER -> flip("manifest", HEADER_LENGTH_AT + 30);
      case PAGE_TABLE -> flip("manifest", memoryTable + 11);
      case CHUNK_HASHES -> flip("manifest", afterTables + 20);
      case KEY_TABLE -> flip("manifest", manifest.capacity() - 40);
    }
  }

  private void flip(String name, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 1);
    }
  }
}
