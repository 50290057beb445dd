package thaw.code;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import thaw.model.LambdaException;
import thaw.model.Limits;

/**
 * A deployment package in memory whose list of entries has been checked: every name is safe, and
 * the whole is a tree. Nothing of it was written anywhere. {@link #inflateAll} checks the rest:
 * that every entry unpacks to what the list says.
 */
final class Archive implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final ZipFile zip;
  private final ArchiveNode.Directory root;

  private Archive(ZipFile zip, ArchiveNode.Directory root) {
    this.zip = zip;
    this.root = root;
  }

  /**
   * Reads and checks an archive's list of entries.
   *
   * @throws LambdaException in AWS's words if the archive's list of entries is not acceptable
   */
  static Archive open(byte[] bytes) throws IOException {
    if (bytes.length > Limits.ZIPPED_CODE_BYTES) {
      throw BadArchive.zippedTooLarge();
    }
    return openStored(bytes);
  }

  /** The same for one that did not come in a request, and may be as large as what it unpacks to. */
  static Archive openStored(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      throw BadArchive.empty();
    }
    if (bytes.length > Limits.UNZIPPED_CODE_BYTES) {
      throw BadArchive.unzippedTooLarge();
    }
    EntryCount.check(bytes);
    ZipFile zip = openZip(bytes);
    try {
      return new Archive(zip, readTree(zip));
    } catch (RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  ArchiveNode.Directory root() {
    return root;
  }

  /** How many bytes it unpacks to, by its list of entries. */
  long listedBytes() {
    return listedBytes(root);
  }

  private static long listedBytes(ArchiveNode node) {
    return switch (node) {
      case ArchiveNode.Directory directory ->
          directory.nodes().stream().mapToLong(Archive::listedBytes).sum();
      case ArchiveNode.RegularFile file -> file.sizeBytes();
      case ArchiveNode.SymbolicLink _ -> 0;
    };
  }

  /** Receives unpacked bytes, piece by piece. */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] buffer, int length) throws IOException;
  }

  /**
   * Unpacks everything, to nowhere.
   *
   * @return how many bytes came out
   * @throws LambdaException if an entry is damaged, or they are more than AWS allows together
   */
  long inflateAll() throws IOException {
    return inflate(root, 0);
  }

  private long inflate(ArchiveNode node, long before) throws IOException {
    long total = before;
    switch (node) {
      case ArchiveNode.Directory directory -> {
        for (ArchiveNode child : directory.nodes()) {
          total = inflate(child, total);
        }
      }
      case ArchiveNode.RegularFile file ->
          total += inflate(file, Limits.UNZIPPED_CODE_BYTES - total, (buffer, length) -> {});
      case ArchiveNode.SymbolicLink _ -> {}
    }
    return total;
  }

  /**
   * Unpacks one file into a sink. What the archive says of sizes is never trusted, only compared.
   *
   * @param allowedBytes fail once more than these come out
   * @return how many bytes came out: exactly the entry's size
   */
  long inflate(ArchiveNode.RegularFile file, long allowedBytes, Sink sink) throws IOException {
    ZipArchiveEntry entry = file.entry();
    CRC32 crc = new CRC32();
    long count = 0;
    byte[] buffer = new byte[Math.clamp(entry.getSize(), 1, BUFFER_BYTES)];
    try (InputStream in = unpacking(entry)) {
      for (int n = read(in, buffer, entry); n >= 0; n = read(in, buffer, entry)) {
        count += n;
        if (count > allowedBytes) {
          throw BadArchive.unzippedTooLarge();
        }
        crc.update(buffer, 0, n);
        sink.accept(buffer, n);
      }
    }
    if (count != entry.getSize() || crc.getValue() != entry.getCrc()) {
      throw damaged(entry, "does not unpack to the size and checksum the archive gives");
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  private static ZipFile openZip(byte[] bytes) throws IOException {
    try {
      return ZipFile.builder()
          .setByteArray(bytes)
          .setUseUnicodeExtraFields(false)
          .setIgnoreLocalFileHeader(false)
          .get();
    } catch (IOException | RuntimeException e) {
      // The parser meets hostile bytes: whatever it stumbles over, the archive is to blame.
      throw BadArchive.unreadable("its list of entries is truncated or corrupt");
    }
  }

  private InputStream unpacking(ZipArchiveEntry entry) {
    try {
      return zip.getInputStream(entry);
    } catch (IOException | RuntimeException e) {
      throw damaged(entry, "ends early or is corrupt");
    }
  }

  /** The archive is in memory: whatever goes wrong in reading is its own fault, not a disk's. */
  private static int read(InputStream in, byte[] buffer, ZipArchiveEntry entry) {
    try {
      return in.read(buffer);
    } catch (IOException | RuntimeException e) {
      throw damaged(entry, "ends early or is corrupt");
    }
  }

  private static ArchiveNode.Directory readTree(ZipFile zip) {
    ArchiveTree tree = new ArchiveTree();
    boolean any = false;
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      any = true;
      EntryPath path = EntryPath.parse(entry.getRawName());
      checkReadable(zip, entry);
      switch (EntryKind.of(entry)) {
        case DIRECTORY -> tree.addDirectory(path);
        case FILE -> tree.addFile(path, entry);
        case SYMBOLIC_LINK -> tree.addLink(path, linkTarget(zip, entry));
      }
    }
    if (!any) {
      throw BadArchive.empty();
    }
    tree.checkLinks();
    return tree.root();
  }

  private static void checkReadable(ZipFile zip, ZipArchiveEntry entry) {
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw damaged(entry, "is encrypted");
    }
    ZipMethod method = ZipMethod.getMethodByCode(entry.getMethod());
    if (method != ZipMethod.STORED && method != ZipMethod.DEFLATED) {
      throw damaged(
          entry, "is compressed by method " + entry.getMethod() + ", not stored or deflated");
    }
    if (entry.getSize() < 0 || !zip.canReadEntryData(entry)) {
      throw damaged(entry, "cannot be read");
    }
  }

  private static String linkTarget(ZipFile zip, ZipArchiveEntry entry) {
    byte[] target;
    try (InputStream in = zip.getInputStream(entry)) {
      target = in.readNBytes(SymbolicLinks.TARGET_BYTES + 1);
    } catch (IOException | RuntimeException e) {
      throw damaged(entry, "ends early or is corrupt");
    }
    String text = EntryPath.utf8(target, "the target of a symbolic link");
    if (text.isEmpty() || target.length > SymbolicLinks.TARGET_BYTES || text.indexOf('\0') >= 0) {
      throw damaged(
          entry,
          "is a symbolic link whose target is empty, longer than "
              + SymbolicLinks.TARGET_BYTES
              + " bytes or has a zero byte");
    }
    return text;
  }

  private static LambdaException damaged(ZipArchiveEntry entry, String why) {
    return BadArchive.unreadable("entry " + BadArchive.shown(entry.getName()) + " " + why);
  }
}
