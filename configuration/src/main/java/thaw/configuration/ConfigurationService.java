package thaw.configuration;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.lambda.model.AccountUsage;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.code.CodeStore;
import thaw.images.ImageStore;
import thaw.model.FunctionReference;
import thaw.model.FunctionVersion;

/**
 * The functions there are: what the API's calls on them do, durable when they return. Requests and
 * answers are the AWS SDK's shapes; a request's members are taken to keep the service model's
 * constraints. Errors are {@link thaw.model.LambdaException}. Safe for use by many threads.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html">AWS: function
 *     states</a>
 */
public final class ConfigurationService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationService.class);

  private final Runnable closeDatabase;
  private final CodeStore code;
  private final Runtimes runtimes;
  private final FunctionCache cache;
  private final ImageIndex imageIndex = new ImageIndex();
  private final Transactions transactions;
  private final LayerStore layerStore;
  private final ImageStore imageStore;
  private final ContainerImages containerImages;
  private final S3Packages s3;
  private final Packages packages;
  private final Layers layers;
  private final FunctionLayers functionLayers;
  private final FunctionStore functions;
  private final VersionStore versions;
  private final ReadyMaker readyMaker;
  private final VersionMaker versionMaker;
  private final IdleVersions idleVersions;
  private final Changes changes;
  private final Clock clock = Clock.systemUTC();
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("configuration-housekeeping").daemon().factory());

  private ConfigurationService(
      Database database,
      Runnable closeDatabase,
      CodeStore code,
      ImageStore imageStore,
      ImagePreparation preparation,
      RuntimePreparation runtimeImages,
      Optional<SnapshotPreparation> snapshots,
      ConfigurationSettings settings) {
    this.closeDatabase = closeDatabase;
    this.code = code;
    this.imageStore = imageStore;
    this.containerImages = new ContainerImages(imageStore, imageIndex);
    this.runtimes = new Runtimes(settings.runtimes(), settings.runtimeAliases());
    LayerIndex layerIndex = new LayerIndex();
    this.cache = new FunctionCache(settings.region(), runtimes, layerIndex, imageIndex);
    this.transactions = new Transactions(database, settings.databaseWait());
    this.functions = new FunctionStore(transactions, cache);
    this.layerStore = new LayerStore(transactions, layerIndex, clock);
    this.s3 = new S3Packages(settings.s3());
    this.packages = new Packages(code, functions::codeInUse, s3);
    this.layers = new Layers(layerStore, packages, clock);
    this.functionLayers = new FunctionLayers(layerStore);
    CodePreparation images =
        new CodePreparation(preparation, layerIndex, runtimes, runtimeImages, containerImages);
    this.versions = new VersionStore(transactions, cache, clock);
    this.readyMaker =
        new ReadyMaker(functions, images, settings.makeReadyAtOnce(), settings.makeReadyQueue());
    this.versionMaker =
        new VersionMaker(
            versions,
            cache,
            images,
            snapshots,
            settings.publishAtOnce(),
            settings.publishQueue(),
            clock);
    this.idleVersions = new IdleVersions(versions, cache, settings.inactiveAfter(), clock);
    this.changes = new Changes(readyMaker, versionMaker, clock);
    cache.wakeWith(versionMaker::wake);
  }

  /**
   * Opens the functions of a data directory: brings the database up to this version, takes up what
   * a dead process left half done, removes code that nothing uses.
   *
   * @param database stays the caller's to close
   * @param images the disks of container images
   * @param preparation makes the disk image of packages laid over each other
   * @param runtimeImages makes the images of the runtimes that functions have
   * @param snapshots takes the snapshots of versions with SnapStart; without it they are published
   *     without one, and their OptimizationStatus stays Off
   */
  public static ConfigurationService open(
      ConfigurationDatabase database,
      CodeStore code,
      ImageStore images,
      ImagePreparation preparation,
      ConfigurationSettings settings,
      RuntimePreparation runtimeImages,
      Optional<SnapshotPreparation> snapshots)
      throws IOException {
    return started(
        new ConfigurationService(
            database.database(),
            () -> {},
            code,
            images,
            preparation,
            runtimeImages,
            snapshots,
            settings),
        settings);
  }

  /** The same without snapshots, with a database of its own and images that are files. */
  public static ConfigurationService open(
      DataDirectory directory, CodeStore code, ImageStore images, ConfigurationSettings settings)
      throws IOException {
    return open(
        directory, code, images, code::image, RuntimePreparation.NONE, Optional.empty(), settings);
  }

  /** The same with another way to make code ready: tests hold it up or make it fail. */
  static ConfigurationService open(
      DataDirectory directory,
      CodeStore code,
      ImageStore images,
      ImagePreparation preparation,
      RuntimePreparation runtimeImages,
      Optional<SnapshotPreparation> snapshots,
      ConfigurationSettings settings)
      throws IOException {
    ConfigurationDatabase database = ConfigurationDatabase.open(directory, settings);
    return started(
        new ConfigurationService(
            database.database(),
            database::close,
            code,
            images,
            preparation,
            runtimeImages,
            snapshots,
            settings),
        settings);
  }

  private static ConfigurationService started(
      ConfigurationService service, ConfigurationSettings settings) throws IOException {
    try {
      service.start(settings);
      return service;
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void start(ConfigurationSettings settings) throws IOException {
    layerStore.load();
    transactions.read(ImageTable::all).forEach(imageIndex::put);
    for (FunctionRow row : functions.load()) {
      if (row.lifecycle() == Lifecycle.CREATING || row.lifecycle() == Lifecycle.UPDATING) {
        readyMaker.resume(row);
      }
    }
    for (VersionRow row : versions.load()) {
      if (row.lifecycle().underWay()) {
        versionMaker.resume(row);
      }
    }
    retain();
    every(settings.collectCodeEvery(), this::collect);
    every(IdleVersions.lookEvery(settings.inactiveAfter()), idleVersions::sweep);
  }

  private void every(Duration interval, Runnable work) {
    long millis = interval.toMillis();
    ScheduledFuture<?> _ =
        housekeeping.scheduleWithFixedDelay(work, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * CreateFunction. The answer is Pending; the function is Active a moment later. With Publish the
   * answer is its first version.
   */
  public FunctionConfiguration create(FunctionReference function, CreateFunctionRequest request)
      throws IOException {
    NewFunction.check(request, runtimes);
    if (functions.find(function.accountId(), function.name()).isPresent()) {
      throw FunctionErrors.alreadyExists(function);
    }
    if (request.packageType() == PackageType.IMAGE) {
      return createImage(function, request);
    }
    List<Layer> layersOfIt = functionLayers.find(request.layers(), function);
    CodeStore.StoredCode stored = packages.store(request.code());
    functionLayers.requireRoom(layersOfIt, stored.unzippedBytes(), function);
    FunctionConfiguration document =
        NewFunction.document(function, request, layersOfIt, stored, clock.instant());
    FunctionRow row = newRow(function, document, request);
    return changes.make(
        request.publish(), publishing -> functions.insert(function, row, publishing));
  }

  private static FunctionRow newRow(
      FunctionReference function, FunctionConfiguration document, CreateFunctionRequest request) {
    return new FunctionRow(
        function.accountId(),
        function.name(),
        Lifecycle.CREATING,
        document,
        Optional.empty(),
        request.tags());
  }

  private FunctionConfiguration createImage(
      FunctionReference function, CreateFunctionRequest request) throws IOException {
    ImageRow image = containerImages.find(function, request.code().imageUri());
    FunctionConfiguration document =
        NewFunction.document(function, request, image, clock.instant());
    containerImages.requireCommand(function.accountId(), document);
    FunctionRow row = newRow(function, document, request);
    return changes.make(
        request.publish(),
        publishing -> functions.insert(function, row, withImage(image, publishing)));
  }

  /** Writes the image down in the transaction in which the function comes to have it. */
  private static FunctionStore.Publishing withImage(
      ImageRow image, FunctionStore.Publishing publishing) {
    return (handle, row) -> {
      ImageTable.put(handle, image);
      return publishing.apply(handle, row);
    };
  }

  /** GetFunction. */
  public StoredFunction get(FunctionReference function) {
    FunctionRow row = functions.get(function);
    FunctionConfiguration document =
        function.isLatest() ? shown(row, function) : versions.get(function).document();
    String hash = Documents.codeSha256Hex(document);
    return new StoredFunction(
        document,
        row.tags(),
        hash,
        code.zip(hash),
        containerImages.shown(function.accountId(), document));
  }

  /** GetFunctionConfiguration. */
  public FunctionConfiguration getConfiguration(FunctionReference function) {
    return function.isLatest()
        ? shown(functions.get(function), function)
        : versions.get(function).document();
  }

  /** ListFunctions. */
  public ListFunctionsResponse list(String accountId, ListFunctionsRequest request) {
    return new Listing(functions, versions).list(accountId, request);
  }

  /** ListVersionsByFunction. */
  public ListVersionsByFunctionResponse listVersions(
      FunctionReference function, ListVersionsByFunctionRequest request) {
    return new Listing(functions, versions).versions(function, request);
  }

  /**
   * UpdateFunctionCode. With DryRun everything is checked and nothing changed. With Publish the
   * answer is the new version.
   */
  public FunctionConfiguration updateCode(
      FunctionReference function, UpdateFunctionCodeRequest request) throws IOException {
    NotOffered.check(request);
    Updates.requireLatest(function);
    Updates.require(functions.get(function), function, request.revisionId());
    FunctionConfiguration present = functions.get(function).document();
    ContainerImages.check(present, request);
    if (Documents.isImage(present)) {
      return updateImage(function, present, request);
    }
    CodeStore.StoredCode stored = packages.store(request);
    functionLayers.requireRoom(present.layers(), stored.unzippedBytes(), function);
    if (Boolean.TRUE.equals(request.dryRun())) {
      return ChangedFunction.code(present, stored);
    }
    return changes.make(
        request.publish(),
        publishing ->
            functions.update(
                function,
                row -> {
                  Updates.require(row, function, request.revisionId());
                  return begin(row, ChangedFunction.code(row.document(), stored));
                },
                publishing));
  }

  private FunctionConfiguration updateImage(
      FunctionReference function, FunctionConfiguration present, UpdateFunctionCodeRequest request)
      throws IOException {
    ImageRow image = containerImages.find(function, request.imageUri());
    FunctionConfiguration changed = ChangedFunction.image(present, image);
    containerImages.requireCommand(function.accountId(), changed);
    if (Boolean.TRUE.equals(request.dryRun())) {
      return changed;
    }
    return changes.make(
        request.publish(),
        publishing ->
            functions.update(
                function,
                row -> {
                  Updates.require(row, function, request.revisionId());
                  return begin(row, ChangedFunction.image(row.document(), image));
                },
                withImage(image, publishing)));
  }

  /** UpdateFunctionConfiguration. Only what the request gives changes. */
  public FunctionConfiguration updateConfiguration(
      FunctionReference function, UpdateFunctionConfigurationRequest request) {
    NotOffered.check(request);
    if (request.runtimeAsString() != null) {
      runtimes.requireOffered(request.runtimeAsString());
    }
    Updates.requireLatest(function);
    ContainerImages.check(functions.get(function).document(), request);
    Optional<List<Layer>> others =
        request.hasLayers()
            ? Optional.of(functionLayers.find(request.layers(), function))
            : Optional.empty();
    if (others.isPresent() && !others.get().isEmpty()) {
      functionLayers.requireRoom(others.get(), codeBytes(function), function);
    }
    return changes.make(
        false,
        publishing ->
            functions.update(
                function,
                row -> {
                  Updates.require(row, function, request.revisionId());
                  FunctionConfiguration changed =
                      ChangedFunction.configuration(row.document(), request);
                  FunctionConfiguration next =
                      others.map(given -> ChangedFunction.layers(changed, given)).orElse(changed);
                  containerImages.requireCommand(function.accountId(), next);
                  runtimes.requireSnapStart(next.snapStart().applyOn(), next.runtimeAsString());
                  return begin(row, next);
                },
                publishing));
  }

  /**
   * PublishVersion. The answer is Pending, and Active a moment later; if nothing changed since the
   * last version was published it is that one.
   */
  public FunctionConfiguration publish(FunctionReference function, PublishVersionRequest request) {
    NotOffered.check(request);
    Updates.requireLatest(function);
    return changes.publish(() ->
        versions.publish(
            function,
            row -> Updates.requirePublishable(row, function, request),
            Optional.ofNullable(request.description())));
  }

  /**
   * DeleteFunction: one version, or the function with all of them. Their code goes when nothing
   * else has the same.
   */
  public void delete(FunctionReference function) {
    if (function.qualifier().isEmpty()) {
      functions.delete(function);
      return;
    }
    if (function.isLatest()) {
      throw FunctionErrors.invalid(
          "$LATEST version cannot be deleted without deleting the function.");
    }
    String qualifier = function.qualifier().get();
    if (!Numbers.isNumber(qualifier)) {
      throw FunctionErrors.invalid("Deletion of aliases is not currently supported.");
    }
    versions.delete(function, Numbers.parse(qualifier).orElse(0));
  }

  /** The Lambda layers there are. */
  public Layers layers() {
    return layers;
  }

  /** ListTags. */
  public Map<String, String> tags(FunctionReference function) {
    return functions.get(taggable(function)).tags();
  }

  /** TagResource. */
  public void tag(FunctionReference function, Map<String, String> tags) {
    functions.tag(taggable(function), present -> Tags.added(present, tags));
  }

  /** UntagResource. */
  public void untag(FunctionReference function, List<String> keys) {
    functions.tag(taggable(function), present -> Tags.removed(present, keys));
  }

  /** What an account has stored, as GetAccountSettings tells it. */
  public AccountUsage usage(String accountId) throws IOException {
    return AccountUsage.builder()
        .functionCount(functions.count(accountId))
        .totalCodeSize(code.zippedBytes(functions.codeInUse()))
        .build();
  }

  /** Most code an account may have, as GetAccountSettings tells it, bytes. */
  public long totalCodeBytes() {
    return code.totalBytes();
  }

  /**
   * What runs when this is invoked; from memory, without a lock. During an update it is what was
   * there before.
   *
   * @throws thaw.model.LambdaException RESOURCE_NOT_FOUND, RESOURCE_CONFLICT while Pending or
   *     Failed, or SNAP_START_NOT_READY for a version that was not used for long and is woken by
   *     this call
   */
  public FunctionVersion resolve(FunctionReference function) {
    return cache.resolve(function);
  }

  /** Tells a listener of every change from now on. */
  public void onChange(FunctionListener listener) {
    cache.listen(listener);
  }

  /** All versions that serve; those of them with SnapStart have a snapshot that is in use. */
  public List<FunctionVersion> serving() {
    return cache.serving();
  }

  /**
   * What serves as this version, if anything does; unlike {@link #resolve} it is no use of it.
   *
   * @param version {@code $LATEST} or a number
   */
  public Optional<FunctionVersion> serving(String accountId, String name, String version) {
    return cache.serving(accountId, name, version);
  }

  @Override
  public void close() {
    housekeeping.shutdownNow();
    readyMaker.close();
    versionMaker.close();
    idleVersions.save();
    s3.close();
    closeDatabase.run();
  }

  private static FunctionReference taggable(FunctionReference function) {
    if (function.qualifier().isPresent()) {
      throw FunctionErrors.invalid(
          "Tags on function aliases and versions are not supported. Please specify a function ARN.");
    }
    return function;
  }

  private long codeBytes(FunctionReference function) {
    try {
      return code.unzippedBytes(Documents.codeSha256Hex(functions.get(function).document()));
    } catch (IOException e) {
      throw FunctionErrors.service("The function's code cannot be read", e);
    }
  }

  private FunctionRow begin(FunctionRow row, FunctionConfiguration next) {
    return row.with(Lifecycle.UPDATING, ChangedFunction.updating(next, clock.instant()));
  }

  private void retain() throws IOException {
    Set<String> inUse = functions.codeInUse();
    code.retain(inUse, cache.layers());
    imageStore.retain(inUse);
  }

  private void collect() {
    try {
      layerStore.purge();
      retain();
    } catch (IOException | RuntimeException e) {
      LOG.error("Unused code could not be removed; it is tried again later", e);
    }
  }

  private static FunctionConfiguration shown(FunctionRow row, FunctionReference function) {
    return row.document().toBuilder().functionArn(function.qualifiedArn()).build();
  }
}
