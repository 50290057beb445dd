package thaw.cli.bench;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import thaw.chunks.ChunkSettings;
import thaw.chunks.ChunkStorage;
import thaw.chunks.Disks;
import thaw.chunks.InMemoryManifests;
import thaw.chunks.ManifestIndex;
import thaw.chunks.StorageSettings;
import thaw.cli.Context;
import thaw.cli.ExitCodes;
import thaw.cli.Table;
import thaw.cli.UserError;
import thaw.cli.client.Json;
import thaw.code.ChunkedImages;
import thaw.code.CodeSettings;
import thaw.code.CodeStore;
import thaw.images.ImageSettings;
import thaw.images.ImageStore;
import thaw.images.ResolvedImage;
import thaw.settings.SettingsBinder;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "dedup",
    description = {
      "Counts what is newly stored when much of it is there already: 50 functions on one runtime, 20"
          + " container images on three bases (Debian with python, node, ruby), 20 packages of three"
          + " sets of libraries, and the same package again.",
      "10 rebuilds of one, each with some lines more in a file of its own, and every other one with a"
          + " small file more; and 10 in which one large file of 64 is replaced by one of another size.",
      "Needs no platform."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  thaw bench dedup", "  thaw bench dedup --json"})
final class DedupCommand implements Callable<Integer> {
  private static final String ACCOUNT = "000000000000";
  private static final int CHUNK_BYTES = 512 * 1024;
  private static final int FUNCTIONS = 50;
  private static final int BASES = 3;
  private static final int REBUILDS = 10;
  private static final int FUNCTION_BYTES = 200_000;
  private static final int BASE_FILES = 64;
  private static final int BASE_FILE_BYTES = 1_000_000;
  private static final int EDIT_BYTES = 200;
  private static final LocalDateTime BUILT = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final Context context;
  private final List<Row> rows = new ArrayList<>();

  @Option(
      names = "--sharing",
      paramLabel = "N",
      description =
          "How many container images, and packages, have one of three bases (default: 20).")
  private int sharing = 20;

  @Option(names = "--json", description = "Print {\"bench\": \"dedup\", \"results\": [...]}.")
  private boolean json;

  DedupCommand(Context context) {
    this.context = context;
  }

  private record Row(
      String name,
      long logicalBytes,
      long newBytes,
      double uniqueFraction,
      double uniqueByteFraction) {}

  /** A file of a package. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Content(String name, byte[] bytes, LocalDateTime modified) {}

  /** A package, made when it is its turn: all of them at once would not fit into memory. */
  @FunctionalInterface
  private interface Making {
    byte[] zip() throws IOException;
  }

  /** How large something is that is stored. */
  private record Size(long bytes, long chunks) {}

  /** Stores something. */
  @FunctionalInterface
  private interface Storing {
    Size store() throws IOException;
  }

  /** What a rebuild changes. */
  @FunctionalInterface
  private interface Change {
    void make(List<Content> files, int rebuild, Random random);
  }

  @Override
  public Integer call() throws IOException {
    if (sharing < 1) {
      throw new UserError("--sharing " + sharing + " is too few", "At least 1.");
    }
    Path directory = Files.createTempDirectory("thaw-bench");
    InMemoryManifests index = new InMemoryManifests();
    try (ChunkStorage storage =
        ChunkStorage.open(
            StorageSettings.in(directory.resolve("origin"), directory.resolve("keys")),
            ChunkSettings.defaults(),
            directory,
            index)) {
      CodeStore code =
          new CodeStore(
              directory.resolve("code"),
              CodeSettings.defaults(),
              Optional.of(new ChunkedImages(new Disks(storage.store()), index, ACCOUNT)));
      try (ImageStore images =
          new ImageStore(
              directory.resolve("images"),
              SettingsBinder.bind(ImageSettings.class, ConfigFactory.empty()),
              Optional.of(new ImageStore.Chunked(new Disks(storage.store()), index)))) {
        new Cases(code, images, storage, index, directory).measure();
      }
    } finally {
      delete(directory);
    }
    print();
    return ExitCodes.OK;
  }

  private final class Cases {
    private final CodeStore code;
    private final ImageStore images;
    private final ChunkStorage storage;
    private final ManifestIndex index;
    private final Path directory;

    private Cases(
        CodeStore code,
        ImageStore images,
        ChunkStorage storage,
        ManifestIndex index,
        Path directory) {
      this.code = code;
      this.images = images;
      this.storage = storage;
      this.index = index;
      this.directory = directory;
    }

    private void measure() throws IOException {
      List<Making> functions = new ArrayList<>();
      for (int i = 0; i < FUNCTIONS; i++) {
        int seed = 1_000 + i;
        functions.add(() -> zip(List.of(file("app.py", seed, FUNCTION_BYTES))));
      }
      row("extra-function", functions);

      List<Content> base = base(1);
      store(zip(base));
      row("rebuild", rebuilds(base, Cases::edit));
      row("rebuild-replaced", rebuilds(base, Cases::replace));
      // The same files in another archive: another package, the same disk.
      row("same-upload", List.of(() -> zip(base, 1)));

      List<Making> packages = new ArrayList<>();
      for (int i = 0; i < BASES; i++) {
        store(zip(base(10 + i)));
      }
      for (int i = 0; i < sharing; i++) {
        int number = i;
        packages.add(() -> {
          List<Content> files = base(10 + number % BASES);
          files.add(file("zz-own", 3_000 + number, FUNCTION_BYTES));
          return zip(files);
        });
      }
      row("shared-libraries", packages);
      sharedBase();
    }

    /** Container images, each a small program over one of three bases that are there. */
    private void sharedBase() throws IOException {
      context.err().println("Making three base images");
      RuntimeBases bases = RuntimeBases.make(Files.createDirectory(directory.resolve("bases")));
      for (int base = 0; base < bases.count(); base++) {
        store(bases.uri(base));
      }
      List<Storing> programs = new ArrayList<>();
      for (int i = 0; i < sharing; i++) {
        int number = i;
        programs.add(() ->
            store(
                bases.program(
                    number % bases.count(),
                    directory.resolve("program" + number),
                    "program",
                    bytes(4_000 + number, FUNCTION_BYTES))));
      }
      add("shared-base", programs);
    }

    private Size store(String imageUri) throws IOException {
      Set<String> before = index.all(ManifestIndex.Kind.DISK).keySet();
      ResolvedImage image = images.resolve(imageUri);
      images.take(ACCOUNT, image.uri(), image.digest().hex());
      for (var disk : index.all(ManifestIndex.Kind.DISK).entrySet()) {
        if (!before.contains(disk.getKey())) {
          int chunks =
              storage
                  .store()
                  .open(disk.getValue().manifest(), ACCOUNT)
                  .orElseThrow(() -> new IOException("an image is not where it was put"))
                  .chunks();
          return new Size((long) chunks * CHUNK_BYTES, chunks);
        }
      }
      throw new IOException("an image was there before it was stored");
    }

    private static List<Making> rebuilds(List<Content> base, Change change) {
      List<Making> rebuilds = new ArrayList<>();
      for (int i = 0; i < REBUILDS; i++) {
        List<Content> files = new ArrayList<>(base);
        change.make(files, i, new Random(2_000 + i));
        rebuilds.add(() -> zip(files));
      }
      return rebuilds;
    }

    private static void edit(List<Content> files, int rebuild, Random random) {
      int edited = random.nextInt(files.size());
      Content file = files.get(edited);
      int at = random.nextInt(file.bytes().length);
      byte[] more = new byte[EDIT_BYTES];
      random.nextBytes(more);
      byte[] bytes =
          ByteBuffer.allocate(file.bytes().length + more.length)
              .put(file.bytes(), 0, at)
              .put(more)
              .put(file.bytes(), at, file.bytes().length - at)
              .array();
      files.set(edited, new Content(file.name(), bytes, BUILT.plusDays(1 + rebuild)));
      if (rebuild % 2 == 1) {
        files.add(file(file.name() + "-more", random.nextLong(), EDIT_BYTES));
      }
    }

    private static void replace(List<Content> files, int rebuild, Random random) {
      int replaced = random.nextInt(files.size());
      int bytes = BASE_FILE_BYTES * random.nextInt(90, 110) / 100;
      Content other = file(files.get(replaced).name(), random.nextLong(), bytes);
      files.set(replaced, new Content(other.name(), other.bytes(), BUILT.plusDays(1 + rebuild)));
    }

    private void row(String name, List<Making> packages) throws IOException {
      List<Storing> stored = new ArrayList<>();
      for (Making each : packages) {
        stored.add(() -> {
          long bytes = store(each.zip());
          return new Size(bytes, Math.ceilDiv(bytes, CHUNK_BYTES));
        });
      }
      add(name, stored);
    }

    private void add(String name, List<Storing> all) throws IOException {
      context.err().println("Storing " + name);
      Stored before = stored();
      long logical = 0;
      long chunks = 0;
      for (Storing each : all) {
        Size size = each.store();
        logical += size.bytes();
        chunks += size.chunks();
      }
      Stored after = stored();
      rows.add(
          new Row(
              name,
              logical / all.size(),
              (after.bytes - before.bytes) / all.size(),
              (double) (after.chunks - before.chunks) / chunks,
              (double) (after.chunkBytes - before.chunkBytes) / logical));
    }

    private long store(byte[] zip) throws IOException {
      return code.disk(List.of(code.putFetched(zip).sha256Hex())).bytes();
    }

    private Stored stored() throws IOException {
      Path roots = Files.createDirectories(directory.resolve("origin/roots"));
      try (Stream<Path> tree = Files.walk(roots)) {
        long bytes = 0;
        long chunks = 0;
        long chunkBytes = 0;
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          bytes += Files.size(file);
          if (file.toString().contains("/chunks/")) {
            chunks++;
            chunkBytes += Files.size(file);
          }
        }
        return new Stored(bytes, chunks, chunkBytes);
      }
    }
  }

  private record Stored(long bytes, long chunks, long chunkBytes) {}

  private static List<Content> base(int seed) {
    List<Content> files = new ArrayList<>();
    for (int i = 0; i < BASE_FILES; i++) {
      files.add(file(String.format(Locale.ROOT, "lib%02d", i), seed * 100L + i, BASE_FILE_BYTES));
    }
    return files;
  }

  private static Content file(String name, long seed, int bytes) {
    return new Content(name, bytes(seed, bytes), BUILT);
  }

  private static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] zip(List<Content> files) throws IOException {
    return zip(files, 0);
  }

  private static byte[] zip(List<Content> files, int level) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      zip.setLevel(level);
      for (Content file : files) {
        ZipEntry entry = new ZipEntry(file.name());
        entry.setTimeLocal(file.modified());
        zip.putNextEntry(entry);
        zip.write(file.bytes());
      }
    }
    return bytes.toByteArray();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void print() {
    if (json) {
      ObjectNode node = Json.object().put("bench", "dedup");
      ArrayNode results = node.putArray("results");
      for (Row row : rows) {
        results
            .addObject()
            .put("case", row.name())
            .put("logicalBytes", row.logicalBytes())
            .put("newBytes", row.newBytes())
            .put("uniqueChunkFraction", row.uniqueFraction())
            .put("uniqueByteFraction", row.uniqueByteFraction());
      }
      context.out().println(Json.pretty(node));
      return;
    }
    Table table = new Table("CASE", "BYTES EACH", "NEW BYTES EACH", "NEW CHUNKS", "BY BYTES");
    for (Row row : rows) {
      table.row(
          row.name(),
          Long.toString(row.logicalBytes()),
          Long.toString(row.newBytes()),
          String.format(Locale.ROOT, "%.2f %%", 100 * row.uniqueFraction()),
          String.format(Locale.ROOT, "%.2f %%", 100 * row.uniqueByteFraction()));
    }
    table.print(context.out());
  }
}
