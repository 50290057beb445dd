package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;
import thaw.model.LayerReference;

/** Which other accounts may use a layer's version. */
class LayerPermissionsTest {
  private static final FunctionReference F = named("f");
  private static final String OWNER = "111111111111";
  private static final LayerReference L = new LayerReference(OWNER, F.region(), "l");
  private static final String ARN = "arn:aws:lambda:us-east-1:111111111111:layer:l:1";

  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void publish() throws IOException {
    opened = Opened.at(directory);
    byte[] zip = Functions.zip("1");
    layers()
        .publish(
            L,
            PublishLayerVersionRequest.builder()
                .content(c -> c.zipFile(SdkBytes.fromByteArray(zip)))
                .build());
  }

  @AfterEach
  void close() {
    opened.close();
  }

  private Layers layers() {
    return opened.service().layers();
  }

  private static AddLayerVersionPermissionRequest.Builder permission(String id, String principal) {
    return AddLayerVersionPermissionRequest.builder()
        .layerName("l")
        .versionNumber(1L)
        .statementId(id)
        .action("lambda:GetLayerVersion")
        .principal(principal);
  }

  private String allow(String id, String principal) {
    return layers().addPermission(L, permission(id, principal).build()).revisionId();
  }

  private void remove(String id, @Nullable String revisionId) {
    layers()
        .removePermission(
            L,
            RemoveLayerVersionPermissionRequest.builder()
                .versionNumber(1L)
                .statementId(id)
                .revisionId(revisionId)
                .build());
  }

  @Test
  void aPolicyIsWhatWasAddedToIt() throws IOException {
    var added = layers().addPermission(L, permission("one", "222222222222").build());
    String statement =
        "{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
            + "\"arn:aws:iam::222222222222:root\"},\"Action\":\"lambda:GetLayerVersion\","
            + "\"Resource\":\""
            + ARN
            + "\"}";
    assertThat(added.statement()).isEqualTo(statement);
    layers().addPermission(L, permission("all", "*").organizationId("o-0123456789").build());

    close();
    opened = Opened.at(directory);
    var policy = layers().policy(L, 1);
    assertThat(policy.policy())
        .isEqualTo(
            "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":["
                + statement
                + ",{\"Sid\":\"all\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                + "\"lambda:GetLayerVersion\",\"Resource\":\""
                + ARN
                + "\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":"
                + "\"o-0123456789\"}}}]}");
    remove("one", policy.revisionId());
    assertThat(layers().policy(L, 1).policy()).contains("\"all\"").doesNotContain("\"one\"");
    remove("all", null);
    failing(ErrorCode.RESOURCE_NOT_FOUND, () -> layers().policy(L, 1))
        .hasMessage("No policy is associated with the given resource.");
  }

  @Test
  void errorsAreAws() {
    String first = allow("one", "*");
    failing(ErrorCode.RESOURCE_CONFLICT, () -> allow("one", OWNER))
        .hasMessage(
            "The statement id (one) provided already exists. Please provide a new statement id, or"
                + " remove the existing statement.");
    String second = allow("two", "*");
    assertThat(second).isNotEqualTo(first);
    String stale =
        "The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy"
            + " API to retrieve the latest Revision Id";
    failing(
            ErrorCode.PRECONDITION_FAILED,
            () -> layers().addPermission(L, permission("x", "*").revisionId(first).build()))
        .hasMessage(stale);
    failing(ErrorCode.PRECONDITION_FAILED, () -> remove("one", first)).hasMessage(stale);
    failing(ErrorCode.RESOURCE_NOT_FOUND, () -> remove("x", second))
        .hasMessage("Statement x is not found in resource policy.");
    failing(
            ErrorCode.INVALID_PARAMETER_VALUE,
            () ->
                layers()
                    .addPermission(
                        L, permission("x", OWNER).organizationId("o-0123456789").build()))
        .hasMessage("OrganizationId can be given only with the principal *.");
    String missing = "Layer version " + L.versionArn(2) + " does not exist.";
    failing(
            ErrorCode.RESOURCE_NOT_FOUND,
            () -> layers().addPermission(L, permission("x", "*").versionNumber(2L).build()))
        .hasMessage(missing);
    failing(ErrorCode.RESOURCE_NOT_FOUND, () -> layers().policy(L, 2)).hasMessage(missing);
    layers().delete(L, 1);
    failing(ErrorCode.RESOURCE_NOT_FOUND, () -> allow("x", "*"));
    failing(ErrorCode.RESOURCE_NOT_FOUND, () -> layers().policy(L, 1));
  }

  @Test
  void aPolicyIsBounded() {
    failing(
            ErrorCode.POLICY_LENGTH_EXCEEDED,
            () -> {
              for (int i = 0; i < 1_000; i++) {
                allow("s" + i, "*");
              }
            })
        .hasMessageMatching(
            "The final policy size \\(20\\d{3}\\) is bigger than the limit \\(20480\\)\\.");
    assertThat(layers().policy(L, 1).policy().length()).isBetween(20_000, 20_480);
  }

  @Test
  void anotherAccountsLayerIsUsableIfItsPolicySaysSo() throws IOException {
    refused();
    allow("other", "333333333333");
    refused();
    layers()
        .addPermission(L, permission("organization", "*").organizationId("o-0123456789").build());
    refused();
    allow("this", F.accountId());

    assertThat(layers().get(L, 1, F.accountId()).layerVersionArn()).isEqualTo(ARN);
    opened.service().create(F, request("1").layers(ARN).build());
    assertThat(opened.settled(F).layers()).extracting(layer -> layer.arn()).containsExactly(ARN);
    assertThat(opened.service().resolve(F).layers()).hasSize(1);

    remove("this", null);
    refused();
    assertThat(opened.service().resolve(F).layers()).hasSize(1);
    allow("everyone", "*");
    assertThat(layers().get(L, 1, F.accountId()).version()).isEqualTo(1);
    // One that is not there is not told from one that may not be used.
    failing(ErrorCode.ACCESS_DENIED, () -> layers().get(L, 2, F.accountId()));
  }

  private void refused() {
    String message =
        "User is not authorized to perform: lambda:GetLayerVersion on resource: "
            + ARN
            + " because no resource-based policy allows the lambda:GetLayerVersion action";
    failing(
            ErrorCode.ACCESS_DENIED,
            () -> opened.service().create(named("g"), request("1").layers(ARN).build()))
        .hasMessage(message);
    failing(ErrorCode.ACCESS_DENIED, () -> layers().get(L, 1, F.accountId())).hasMessage(message);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> failing(
      ErrorCode code, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(LambdaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
