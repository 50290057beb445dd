package thaw.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static thaw.configuration.Functions.code;
import static thaw.configuration.Functions.named;
import static thaw.configuration.Functions.request;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import thaw.code.CodeSettings;
import thaw.code.CodeStore;
import thaw.model.ErrorCode;
import thaw.model.FunctionReference;
import thaw.model.LambdaException;
import thaw.settings.DataSize;

class TagsTest {
  private static final FunctionReference F = named("f");

  @TempDir Path directory;

  @Test
  void tagsAreAddedReplacedAndRemovedAndOutliveTheProcess() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      opened.service().create(F, request("1").tags(Map.of("a", "1", "b", "2")).build());
      String revision = opened.settled(F).revisionId();

      opened.service().tag(F, Map.of("b", "3", "c", ""));
      opened.service().untag(F, List.of("a", "absent"));

      assertThat(opened.service().tags(F)).isEqualTo(Map.of("b", "3", "c", ""));
      assertThat(opened.service().getConfiguration(F).revisionId()).isEqualTo(revision);
    }
    try (Opened opened = Opened.at(directory)) {
      assertThat(opened.service().get(F).tags()).isEqualTo(Map.of("b", "3", "c", ""));
    }
  }

  @Test
  void anUpdateUnderWayKeepsTheTagsThatCameMeanwhile() throws IOException {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch[] gate = {new CountDownLatch(0)};
    try (Opened opened =
        Opened.at(
            directory,
            hash -> {
              try {
                gate[0].await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            })) {
      opened.service().create(F, request("1").build());
      opened.settled(F);
      gate[0] = held;
      opened.service().updateCode(F, code("2").build());
      opened.service().tag(F, Map.of("while", "updating"));
      held.countDown();
      opened.settled(F);

      assertThat(opened.service().tags(F)).isEqualTo(Map.of("while", "updating"));
    }
  }

  @Test
  void whatAwsDoesNotAllowIsRefused() throws IOException {
    try (Opened opened = Opened.at(directory)) {
      refused(() -> opened.service().create(F, request("1").tags(many(0, 51)).build()))
          .hasMessage("Number of tags exceeds resource tag limit.");
      opened.service().create(F, request("1").tags(many(0, 50)).build());
      opened.settled(F);
      opened.service().tag(F, Map.of("key1", "again"));
      refused(() -> opened.service().tag(F, Map.of("one", "more")))
          .hasMessage("Number of tags exceeds resource tag limit.");
      opened.service().untag(F, List.of("key2"));
      refused(() -> opened.service().tag(F, Map.of("AWS:x", "")))
          .hasMessageStartingWith("Invalid tag key: AWS:x");
      refused(() -> opened.service().tag(F, Map.of()));
      FunctionReference version =
          FunctionReference.parse(
              F.functionArn() + ":1", java.util.Optional.empty(), F.accountId(), F.region());
      refused(() -> opened.service().tags(version))
          .hasMessage(
              "Tags on function aliases and versions are not supported. Please specify a function"
                  + " ARN.");
      assertThatThrownBy(() -> opened.service().tag(named("absent"), Map.of("a", "b")))
          .isInstanceOfSatisfying(
              LambdaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_NOT_FOUND));
      assertThat(opened.service().tags(F)).hasSize(49).containsEntry("key1", "again");
    }
  }

  @Test
  void theUsageIsWhatIsStored() throws IOException {
    long one = Functions.zip("1").length;
    long two = Functions.zip("a longer one, two").length;
    try (Opened opened = Opened.at(directory)) {
      opened.service().create(F, request("1").build());
      opened.service().create(named("g"), request("1").build());
      assertThat(opened.service().usage(F.accountId()).totalCodeSize()).isEqualTo(one);
      opened.settled(F);
      opened.service().updateCode(F, code("a longer one, two").build());
      opened.settled(F);

      assertThat(opened.service().usage(F.accountId()).functionCount()).isEqualTo(2);
      assertThat(opened.service().usage(F.accountId()).totalCodeSize()).isEqualTo(one + two);
    }
  }

  @Test
  void codeBeyondTheLimitIsRefused() throws IOException {
    int size = Functions.zip("1").length;
    try (DataDirectory data = DataDirectory.open(directory)) {
      CodeStore store =
          new CodeStore(
              data.code(), new CodeSettings(1, java.time.Duration.ZERO, new DataSize(size + 1L)));
      try (ConfigurationService service =
          ConfigurationService.open(
              data, store, Opened.images(data), ConfigurationSettings.defaults())) {
        service.create(F, request("1").build());
        assertThatThrownBy(() -> service.create(named("g"), request("2").build()))
            .isInstanceOfSatisfying(
                LambdaException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.CODE_STORAGE_EXCEEDED))
            .hasMessageStartingWith("Code storage limit exceeded.");
        assertThat(service.totalCodeBytes()).isEqualTo(size + 1L);
      }
    }
  }

  private static Map<String, String> many(int from, int to) {
    return IntStream.range(from, to)
        .boxed()
        .collect(Collectors.toMap(i -> "key" + i, i -> "value" + i));
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LambdaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER_VALUE));
  }
}
