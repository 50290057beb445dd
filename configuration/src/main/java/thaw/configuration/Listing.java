package thaw.configuration;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;

/** ListFunctions: pages in the order of names. */
final class Listing {
  /** AWS gives at most this many at once, whatever MaxItems says. */
  private static final int PAGE = 50;

  private final FunctionStore functions;

  Listing(FunctionStore functions) {
    this.functions = functions;
  }

  ListFunctionsResponse list(String accountId, ListFunctionsRequest request) {
    int limit = request.maxItems() == null ? PAGE : Math.clamp(request.maxItems(), 1, PAGE);
    String after = request.marker() == null ? "" : name(request.marker());
    boolean all = "ALL".equals(request.functionVersionAsString());
    List<FunctionRow> rows = functions.page(accountId, after, limit + 1);
    boolean more = rows.size() > limit;
    List<FunctionRow> page = more ? rows.subList(0, limit) : rows;
    ListFunctionsResponse.Builder response =
        ListFunctionsResponse.builder()
            .functions(page.stream().map(row -> listed(row.document(), all)).toList());
    if (more) {
      response.nextMarker(marker(page.getLast().name()));
    }
    return response.build();
  }

  /** Lists leave the states out, as AWS documents; with versions the ARN says which it is. */
  private static FunctionConfiguration listed(FunctionConfiguration document, boolean versions) {
    return document.toBuilder()
        .functionArn(document.functionArn() + (versions ? ":" + document.version() : ""))
        .state((String) null)
        .stateReason(null)
        .stateReasonCode((String) null)
        .lastUpdateStatus((String) null)
        .lastUpdateStatusReason(null)
        .lastUpdateStatusReasonCode((String) null)
        .build();
  }

  private static String marker(String name) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  private static String name(String marker) {
    try {
      return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw FunctionErrors.invalid(
          "Invalid Marker: give the NextMarker of the previous page, unchanged");
    }
  }
}
