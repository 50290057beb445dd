package thaw.configuration;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import thaw.code.CodeStore;
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

  private final Database database;
  private final CodeStore code;
  private final Runtimes runtimes;
  private final FunctionCache cache;
  private final FunctionStore functions;
  private final ReadyMaker readyMaker;
  private final Clock clock = Clock.systemUTC();
  private final ScheduledExecutorService collector =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("collect-code").daemon().factory());

  private ConfigurationService(
      Database database,
      CodeStore code,
      ReadyMaker.Preparation preparation,
      ConfigurationSettings settings) {
    this.database = database;
    this.code = code;
    this.runtimes = new Runtimes(settings.runtimes(), settings.runtimeAliases());
    this.cache = new FunctionCache(settings.region(), runtimes);
    this.functions = new FunctionStore(database, cache, settings.databaseWait());
    this.readyMaker =
        new ReadyMaker(
            functions, preparation, settings.makeReadyAtOnce(), settings.makeReadyQueue());
  }

  /**
   * Opens the functions of a data directory: brings the database up to this version, takes up what
   * a dead process left half done, removes code that nothing uses.
   *
   * @throws IOException saying what to do if the database is a newer Thaw's, or cannot be opened
   */
  public static ConfigurationService open(
      DataDirectory directory, CodeStore code, ConfigurationSettings settings) throws IOException {
    return open(directory, code, code::image, settings);
  }

  /** The same with another way to make code ready: tests hold it up or make it fail. */
  static ConfigurationService open(
      DataDirectory directory,
      CodeStore code,
      ReadyMaker.Preparation preparation,
      ConfigurationSettings settings)
      throws IOException {
    Database database =
        Database.open(
            directory.database(),
            settings.databaseReaders(),
            settings.databaseWait(),
            Database.MIGRATIONS);
    ConfigurationService service = new ConfigurationService(database, code, preparation, settings);
    try {
      service.start(settings);
      return service;
    } catch (IOException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void start(ConfigurationSettings settings) throws IOException {
    for (FunctionRow row : functions.load()) {
      if (row.lifecycle() == Lifecycle.CREATING || row.lifecycle() == Lifecycle.UPDATING) {
        readyMaker.reserve();
        readyMaker.submit(row);
      }
    }
    code.retain(functions.codeInUse());
    long millis = settings.collectCodeEvery().toMillis();
    ScheduledFuture<?> _ =
        collector.scheduleWithFixedDelay(this::collect, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** CreateFunction. The answer is Pending; the function is Active a moment later. */
  public FunctionConfiguration create(FunctionReference function, CreateFunctionRequest request)
      throws IOException {
    NewFunction.check(request, runtimes);
    if (functions.find(function.accountId(), function.name()).isPresent()) {
      throw FunctionErrors.alreadyExists(function);
    }
    CodeStore.StoredCode stored =
        code.put(zip(request.code() == null ? null : request.code().zipFile()));
    FunctionRow row =
        new FunctionRow(
            function.accountId(),
            function.name(),
            Lifecycle.CREATING,
            NewFunction.document(function, request, stored, clock.instant()),
            Optional.empty(),
            request.tags());
    return changed(() -> {
      functions.insert(function, row);
      return row;
    });
  }

  /** GetFunction. */
  public StoredFunction get(FunctionReference function) {
    FunctionRow row = functions.get(function);
    String hash = Documents.codeSha256Hex(row.document());
    return new StoredFunction(shown(row, function), row.tags(), hash, code.zip(hash));
  }

  /** GetFunctionConfiguration. */
  public FunctionConfiguration getConfiguration(FunctionReference function) {
    return shown(functions.get(function), function);
  }

  /** ListFunctions. */
  public ListFunctionsResponse list(String accountId, ListFunctionsRequest request) {
    return new Listing(functions).list(accountId, request);
  }

  /** UpdateFunctionCode. With DryRun everything is checked and nothing changed. */
  public FunctionConfiguration updateCode(
      FunctionReference function, UpdateFunctionCodeRequest request) throws IOException {
    NotOffered.check(request);
    Updates.require(functions.get(function), function, request.revisionId());
    byte[] zip = zip(request.zipFile());
    if (Boolean.TRUE.equals(request.dryRun())) {
      return ChangedFunction.code(functions.get(function).document(), code.check(zip));
    }
    CodeStore.StoredCode stored = code.put(zip);
    return changed(() ->
        functions.update(
            function,
            row -> {
              Updates.require(row, function, request.revisionId());
              return begin(row, ChangedFunction.code(row.document(), stored));
            }));
  }

  /** UpdateFunctionConfiguration. Only what the request gives changes. */
  public FunctionConfiguration updateConfiguration(
      FunctionReference function, UpdateFunctionConfigurationRequest request) {
    NotOffered.check(request);
    if (request.runtimeAsString() != null) {
      runtimes.requireOffered(request.runtimeAsString());
    }
    function.requireLatest();
    return changed(() ->
        functions.update(
            function,
            row -> {
              Updates.require(row, function, request.revisionId());
              return begin(row, ChangedFunction.configuration(row.document(), request));
            }));
  }

  /** DeleteFunction. Its code goes when no other function has the same. */
  public void delete(FunctionReference function) {
    if (function.qualifier().isPresent()) {
      function.requireLatest();
      throw FunctionErrors.invalid(
          "$LATEST version cannot be deleted without deleting the function.");
    }
    functions.delete(function);
  }

  /**
   * What runs when this is invoked; from memory, without a lock. During an update it is what was
   * there before.
   *
   * @throws thaw.model.LambdaException RESOURCE_NOT_FOUND, or RESOURCE_CONFLICT while Pending or
   *     Failed
   */
  public FunctionVersion resolve(FunctionReference function) {
    return cache.resolve(function);
  }

  /** Tells a listener of every change from now on. */
  public void onChange(FunctionListener listener) {
    cache.listen(listener);
  }

  @Override
  public void close() {
    collector.shutdownNow();
    readyMaker.close();
    database.close();
  }

  private static byte[] zip(@Nullable SdkBytes zipFile) {
    if (zipFile == null) {
      throw FunctionErrors.invalid("Please provide a source for function code.");
    }
    return zipFile.asByteArrayUnsafe();
  }

  private FunctionRow begin(FunctionRow row, FunctionConfiguration next) {
    return row.with(Lifecycle.UPDATING, ChangedFunction.updating(next, clock.instant()));
  }

  /** Writes a change and has the function made ready. */
  private FunctionConfiguration changed(java.util.function.Supplier<FunctionRow> write) {
    readyMaker.reserve();
    FunctionRow row;
    try {
      row = write.get();
    } catch (RuntimeException e) {
      readyMaker.release();
      throw e;
    }
    readyMaker.submit(row);
    return row.document();
  }

  private void collect() {
    try {
      code.retain(functions.codeInUse());
    } catch (IOException | RuntimeException e) {
      LOG.error("Unused code could not be removed; it is tried again later", e);
    }
  }

  private static FunctionConfiguration shown(FunctionRow row, FunctionReference function) {
    return row.document().toBuilder().functionArn(function.qualifiedArn()).build();
  }
}
