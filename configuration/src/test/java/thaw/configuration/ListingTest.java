package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import thaw.model.LambdaException;

class ListingTest {
  private static final String ACCOUNT = "000000000000";

  @TempDir Path directory;
  private Opened opened;

  @BeforeEach
  void open() throws IOException {
    opened = Opened.at(directory);
    for (int i = 0; i < 60; i++) {
      opened.service().create(named("f%02d".formatted((i * 37) % 60)), request("1").build());
    }
  }

  @AfterEach
  void close() {
    opened.close();
  }

  @Test
  void atMostFiftyComeAtOnceInTheOrderOfNames() {
    ListFunctionsResponse first =
        opened.service().list(ACCOUNT, ListFunctionsRequest.builder().maxItems(10_000).build());
    ListFunctionsResponse second =
        opened
            .service()
            .list(ACCOUNT, ListFunctionsRequest.builder().marker(first.nextMarker()).build());

    assertThat(first.functions()).hasSize(50);
    assertThat(second.functions()).hasSize(10);
    assertThat(second.nextMarker()).isNull();
    List<String> names = new ArrayList<>();
    first.functions().forEach(f -> names.add(f.functionName()));
    second.functions().forEach(f -> names.add(f.functionName()));
    assertThat(names).isSorted().doesNotHaveDuplicates().hasSize(60);
  }

  @Test
  void pagesStayTrueWhenFunctionsComeAndGo() {
    ListFunctionsResponse first =
        opened.service().list(ACCOUNT, ListFunctionsRequest.builder().maxItems(10).build());
    opened.service().delete(named("f09"));
    opened.service().delete(named("f10"));

    ListFunctionsResponse second =
        opened
            .service()
            .list(
                ACCOUNT,
                ListFunctionsRequest.builder().maxItems(2).marker(first.nextMarker()).build());

    assertThat(second.functions())
        .extracting(FunctionConfiguration::functionName)
        .containsExactly("f11", "f12");
  }

  @Test
  void aPageThatEndsWithTheLastFunctionHasNoMarker() {
    ListFunctionsResponse page =
        opened
            .service()
            .list(
                ACCOUNT,
                ListFunctionsRequest.builder()
                    .maxItems(10)
                    .marker(
                        opened
                            .service()
                            .list(ACCOUNT, ListFunctionsRequest.builder().build())
                            .nextMarker())
                    .build());

    assertThat(page.functions()).hasSize(10);
    assertThat(page.nextMarker()).isNull();
  }

  @Test
  void listsLeaveStatesOutAndVersionsSayWhichTheyAre() {
    FunctionConfiguration listed =
        opened
            .service()
            .list(
                ACCOUNT,
                ListFunctionsRequest.builder().functionVersion(FunctionVersion.ALL).build())
            .functions()
            .getFirst();

    assertThat(listed.stateAsString()).isNull();
    assertThat(listed.stateReason()).isNull();
    assertThat(listed.lastUpdateStatusAsString()).isNull();
    assertThat(listed.functionArn()).endsWith(":function:f00:$LATEST");
  }

  @Test
  void thereAreNoReplicasOfAnyMasterRegion() {
    ListFunctionsRequest.Builder all = ListFunctionsRequest.builder().functionVersion("ALL");
    assertThat(opened.service().list(ACCOUNT, all.masterRegion("us-east-1").build()).functions())
        .isEmpty();
    assertThat(opened.service().list(ACCOUNT, all.masterRegion("ALL").build()).functions())
        .isNotEmpty();
    assertThatThrownBy(() ->
            opened
                .service()
                .list(ACCOUNT, ListFunctionsRequest.builder().masterRegion("us-east-1").build()))
        .isInstanceOf(LambdaException.class)
        .hasMessage("MasterRegion can be given only with FunctionVersion=ALL.");
  }

  @Test
  void anotherAccountHasNoneOfThem() {
    assertThat(
            opened
                .service()
                .list("123456789012", ListFunctionsRequest.builder().build())
                .functions())
        .isEmpty();
  }

  @Test
  void aMarkerThatIsNoneIsRefused() {
    assertThatThrownBy(() ->
            opened.service().list(ACCOUNT, ListFunctionsRequest.builder().marker("%%").build()))
        .hasMessageContaining("NextMarker");
  }
}
