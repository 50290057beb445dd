package thaw.configuration;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentOutput;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsResponse;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersResponse;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import thaw.code.CodeStore.StoredCode;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;
import thaw.model.LayerReference;

/**
 * The Lambda layers there are: what the API's calls on them do, durable when they return. Requests
 * are taken to keep the service model's constraints.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html">AWS: layers</a>
 */
public final class Layers {
  /** AWS gives at most this many at once. */
  private static final int PAGE = 50;

  private final LayerStore store;
  private final Packages packages;
  private final Clock clock;

  Layers(LayerStore store, Packages packages, Clock clock) {
    this.store = store;
    this.packages = packages;
    this.clock = clock;
  }

  /** PublishLayerVersion. */
  public GetLayerVersionResponse publish(LayerReference layer, PublishLayerVersionRequest request)
      throws IOException {
    StoredCode stored = packages.store(request.content());
    return store
        .publish(
            layer,
            number ->
                new LayerRow(
                    layer.accountId(),
                    layer.name(),
                    number,
                    stored.unzippedBytes(),
                    document(layer, number, request, stored),
                    false,
                    Optional.empty()))
        .document();
  }

  private GetLayerVersionResponse document(
      LayerReference layer, long number, PublishLayerVersionRequest request, StoredCode stored) {
    GetLayerVersionResponse.Builder document =
        GetLayerVersionResponse.builder()
            .layerArn(layer.arn())
            .layerVersionArn(layer.versionArn(number))
            .version(number)
            .description(request.description() == null ? "" : request.description())
            .createdDate(Documents.lastModified(clock.instant()))
            .licenseInfo(request.licenseInfo())
            .content(
                LayerVersionContentOutput.builder()
                    .codeSha256(stored.sha256Base64())
                    .codeSize(stored.zipBytes())
                    .build());
    if (!request.compatibleRuntimes().isEmpty()) {
      document.compatibleRuntimesWithStrings(request.compatibleRuntimesAsStrings());
    }
    if (!request.compatibleArchitectures().isEmpty()) {
      document.compatibleArchitecturesWithStrings(request.compatibleArchitecturesAsStrings());
    }
    return document.build();
  }

  /**
   * GetLayerVersion.
   *
   * @param accountId who asks; of another account's layers only those that their policies allow
   * @return without a location of the package, whose name is its hash
   * @throws LambdaException RESOURCE_NOT_FOUND, or ACCESS_DENIED
   */
  public GetLayerVersionResponse get(LayerReference layer, long number, String accountId) {
    requireNumber(number);
    Optional<LayerRow> row = store.find(layer, number);
    if (!layer.accountId().equals(accountId)
        && row.filter(r -> r.isUsableBy(accountId)).isEmpty()) {
      throw LayerReference.denied(layer.versionArn(number));
    }
    return row.map(LayerRow::document)
        .orElseThrow(() ->
            new LambdaException(
                ErrorCode.RESOURCE_NOT_FOUND, "The resource you requested does not exist."));
  }

  /**
   * AddLayerVersionPermission.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND, RESOURCE_CONFLICT, PRECONDITION_FAILED or
   *     POLICY_LENGTH_EXCEEDED
   */
  public AddLayerVersionPermissionResponse addPermission(
      LayerReference layer, AddLayerVersionPermissionRequest request) {
    long number = request.versionNumber();
    requireNumber(number);
    var response = AddLayerVersionPermissionResponse.builder();
    changePolicy(
        layer,
        number,
        row -> {
          LayerPolicy.Added added = LayerPolicy.add(row.policy(), row.arn(), request);
          response.statement(added.statement()).revisionId(added.policy().revisionId());
          return Optional.of(added.policy());
        });
    return response.build();
  }

  /**
   * RemoveLayerVersionPermission.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND or PRECONDITION_FAILED
   */
  public void removePermission(LayerReference layer, RemoveLayerVersionPermissionRequest request) {
    requireNumber(request.versionNumber());
    changePolicy(
        layer,
        request.versionNumber(),
        row ->
            LayerPolicy.remove(
                row.policy(), request.statementId(), Optional.ofNullable(request.revisionId())));
  }

  private void changePolicy(
      LayerReference layer, long number, Function<LayerRow, Optional<LayerPolicy>> change) {
    if (store.changePolicy(layer, number, change).isEmpty()) {
      throw noVersion(layer, number);
    }
  }

  /**
   * GetLayerVersionPolicy.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND
   */
  public GetLayerVersionPolicyResponse policy(LayerReference layer, long number) {
    requireNumber(number);
    LayerRow row = store.find(layer, number).orElseThrow(() -> noVersion(layer, number));
    LayerPolicy policy =
        row.policy()
            .orElseThrow(() ->
                new LambdaException(
                    ErrorCode.RESOURCE_NOT_FOUND,
                    "No policy is associated with the given resource."));
    return GetLayerVersionPolicyResponse.builder()
        .policy(policy.json())
        .revisionId(policy.revisionId())
        .build();
  }

  private static LambdaException noVersion(LayerReference layer, long number) {
    return new LambdaException(
        ErrorCode.RESOURCE_NOT_FOUND,
        "Layer version " + layer.versionArn(number) + " does not exist.");
  }

  /** DeleteLayerVersion: functions that have it keep it. */
  public void delete(LayerReference layer, long number) {
    requireNumber(number);
    store.delete(layer, number);
  }

  /** ListLayers: with the newest version of each that matches. */
  public ListLayersResponse list(String accountId, ListLayersRequest request) {
    int limit = limit(request.maxItems());
    LayerTable.Filter filter =
        LayerTable.Filter.of(
            Optional.ofNullable(request.compatibleRuntimeAsString()),
            Optional.ofNullable(request.compatibleArchitectureAsString()));
    String after = request.marker() == null ? "" : request.marker();
    List<LayerRow> found = store.layers(accountId, filter, after, limit + 1);
    ListLayersResponse.Builder response =
        ListLayersResponse.builder()
            .layers(found.stream().limit(limit).map(Layers::listed).toList());
    if (found.size() > limit) {
      response.nextMarker(found.get(limit - 1).name());
    }
    return response.build();
  }

  /** ListLayerVersions: the newest first. */
  public ListLayerVersionsResponse versions(
      LayerReference layer, ListLayerVersionsRequest request) {
    int limit = limit(request.maxItems());
    LayerTable.Filter filter =
        LayerTable.Filter.of(
            Optional.ofNullable(request.compatibleRuntimeAsString()),
            Optional.ofNullable(request.compatibleArchitectureAsString()));
    List<LayerRow> found = store.versions(layer, filter, below(request.marker()), limit + 1);
    ListLayerVersionsResponse.Builder response =
        ListLayerVersionsResponse.builder()
            .layerVersions(found.stream().limit(limit).map(Layers::version).toList());
    if (found.size() > limit) {
      response.nextMarker(Long.toString(found.get(limit - 1).number()));
    }
    return response.build();
  }

  private static LayersListItem listed(LayerRow row) {
    return LayersListItem.builder()
        .layerName(row.name())
        .layerArn(row.document().layerArn())
        .latestMatchingVersion(version(row))
        .build();
  }

  private static LayerVersionsListItem version(LayerRow row) {
    GetLayerVersionResponse document = row.document();
    LayerVersionsListItem.Builder item =
        LayerVersionsListItem.builder()
            .layerVersionArn(document.layerVersionArn())
            .version(document.version())
            .description(document.description())
            .createdDate(document.createdDate())
            .licenseInfo(document.licenseInfo());
    if (document.hasCompatibleRuntimes()) {
      item.compatibleRuntimesWithStrings(document.compatibleRuntimesAsStrings());
    }
    if (document.hasCompatibleArchitectures()) {
      item.compatibleArchitecturesWithStrings(document.compatibleArchitecturesAsStrings());
    }
    return item.build();
  }

  private static void requireNumber(long number) {
    if (number < 1) {
      throw FunctionErrors.invalid("Layer Version Cannot be less than 1.");
    }
  }

  private static int limit(@Nullable Integer maxItems) {
    return maxItems == null ? PAGE : Math.clamp(maxItems, 1, PAGE);
  }

  private static long below(@Nullable String marker) {
    if (marker == null) {
      return Long.MAX_VALUE;
    }
    try {
      return Long.parseUnsignedLong(marker);
    } catch (NumberFormatException e) {
      throw FunctionErrors.invalidMarker();
    }
  }
}
