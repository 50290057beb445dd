package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import thaw.model.FunctionReference;

/**
 * ListFunctions and ListVersionsByFunction: pages in the order of names, then of versions, with
 * {@code $LATEST} first.
 */
final class Listing {
  /** AWS gives at most this many at once, whatever MaxItems says. */
  private static final int PAGE = 50;

  private static final String ALL = "ALL";

  private static final FunctionTable.Position START = new FunctionTable.Position("", 0);

  private final FunctionStore functions;
  private final VersionStore versions;

  Listing(FunctionStore functions, VersionStore versions) {
    this.functions = functions;
    this.versions = versions;
  }

  /** With a master region only its Lambda@Edge replicas are listed, and of these there are none. */
  ListFunctionsResponse list(String accountId, ListFunctionsRequest request) {
    int limit = limit(request.maxItems());
    FunctionTable.Position after = position(request.marker(), START);
    boolean all = ALL.equals(request.functionVersionAsString());
    if (request.masterRegion() != null) {
      if (!all) {
        throw FunctionErrors.invalid("MasterRegion can be given only with FunctionVersion=ALL.");
      }
      if (!request.masterRegion().equals(ALL)) {
        return ListFunctionsResponse.builder().functions(List.of()).build();
      }
    }
    List<FunctionConfiguration> found = functions.page(accountId, all, after, limit + 1);
    ListFunctionsResponse.Builder response =
        ListFunctionsResponse.builder()
            .functions(found.stream().limit(limit).map(document -> listed(document, all)).toList());
    if (found.size() > limit) {
      response.nextMarker(marker(found.get(limit - 1)));
    }
    return response.build();
  }

  ListVersionsByFunctionResponse versions(
      FunctionReference function, ListVersionsByFunctionRequest request) {
    FunctionConfiguration latest = functions.get(function).document();
    int limit = limit(request.maxItems());
    List<FunctionConfiguration> found = new ArrayList<>();
    int after =
        position(request.marker(), new FunctionTable.Position(function.name(), -1)).number();
    if (after < 0) {
      found.add(latest);
    }
    versions.page(function, Math.max(after, 0), limit + 1 - found.size()).stream()
        .map(VersionRow::document)
        .forEach(found::add);
    ListVersionsByFunctionResponse.Builder response =
        ListVersionsByFunctionResponse.builder()
            .versions(found.stream().limit(limit).map(document -> listed(document, true)).toList());
    if (found.size() > limit) {
      response.nextMarker(marker(found.get(limit - 1)));
    }
    return response.build();
  }

  /** Lists leave the states out, as AWS documents; with versions the ARN says which it is. */
  private static FunctionConfiguration listed(FunctionConfiguration document, boolean versions) {
    FunctionConfiguration listed = Documents.withoutStates(document);
    return versions && number(document) == 0
        ? listed.toBuilder().functionArn(document.functionArn() + ":" + document.version()).build()
        : listed;
  }

  private static int limit(@Nullable Integer maxItems) {
    return maxItems == null ? PAGE : Math.clamp(maxItems, 1, PAGE);
  }

  private static int number(FunctionConfiguration document) {
    return Numbers.parse(document.version()).orElse(0);
  }

  private static String marker(FunctionConfiguration last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            (last.functionName() + ":" + number(last)).getBytes(StandardCharsets.UTF_8));
  }

  private static FunctionTable.Position position(
      @Nullable String marker, FunctionTable.Position start) {
    if (marker == null) {
      return start;
    }
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8).split(":", -1);
      if (parts.length == 2) {
        return new FunctionTable.Position(parts[0], Integer.parseUnsignedInt(parts[1]));
      }
    } catch (IllegalArgumentException e) {
      // Neither base64 nor a number: told below.
    }
    throw FunctionErrors.invalidMarker();
  }
}
