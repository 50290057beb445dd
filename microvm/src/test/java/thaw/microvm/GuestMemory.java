package thaw.microvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import thaw.jail.JailControlGroup;

/** The mapping that is a VM's memory, as the host's kernel shows it in /proc. */
record GuestMemory(Path process, long start, long end) {
  private static final int PAGE_BYTES = 4096;
  private static final long PRESENT = 1L << 63;
  private static final long FRAME_NUMBER = (1L << 55) - 1;

  static GuestMemory of(String sandboxId) throws IOException {
    for (long pid : new JailControlGroup(sandboxId).processes()) {
      Path process = Path.of("/proc/" + pid);
      for (String line : Files.readAllLines(process.resolve("maps"))) {
        if (line.endsWith("/" + SandboxFiles.MEMORY)) {
          String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
          return new GuestMemory(
              process, Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16));
        }
      }
    }
    throw new IOException("no process of " + sandboxId + " maps a memory file");
  }

  /** Physical pages that it consists of. */
  Set<Long> frames() throws IOException {
    Set<Long> frames = new HashSet<>();
    try (RandomAccessFile pagemap =
        new RandomAccessFile(process.resolve("pagemap").toFile(), "r")) {
      byte[] entries = new byte[Math.toIntExact((end - start) / PAGE_BYTES * Long.BYTES)];
      pagemap.seek(start / PAGE_BYTES * Long.BYTES);
      pagemap.readFully(entries);
      ByteBuffer all = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
      while (all.hasRemaining()) {
        long entry = all.getLong();
        if ((entry & PRESENT) != 0) {
          frames.add(entry & FRAME_NUMBER);
        }
      }
    }
    return frames;
  }

  /** The lines of its entry in smaps. */
  List<String> smaps() throws IOException {
    List<String> all = Files.readAllLines(process.resolve("smaps"));
    String head = Long.toHexString(start) + "-" + Long.toHexString(end);
    int first = 0;
    while (!all.get(first).startsWith(head)) {
      first++;
    }
    int last = first + 1;
    while (last < all.size() && all.get(last).contains(": ")) {
      last++;
    }
    return all.subList(first, last);
  }
}
