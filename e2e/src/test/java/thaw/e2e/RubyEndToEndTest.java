package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import tools.jackson.databind.JsonNode;

/** A ruby function in a real VM. */
class RubyEndToEndTest {
  @RegisterExtension static final ThawPlatform thaw = ThawPlatform.with("none");

  @Test
  void aRubyFunctionSeesWhatAwsLetsItSeeAndItsErrorsComeBack() {
    SdkBytes packages =
        Zips.of(
            "ruby/lib/library.rb",
            "LIBRARY = 'of a layer'",
            "ruby/gems/3.3.0/gems/note-1.0.0/lib/note.rb",
            "NOTE = 'a gem of a layer'",
            "ruby/gems/3.3.0/specifications/note-1.0.0.gemspec",
            "Gem::Specification.new { |s| s.name = 'note'; s.version = '1.0.0'; s.summary = 'n';"
                + " s.authors = ['n']; s.require_paths = ['lib'] }");
    String layer =
        thaw.lambda()
            .publishLayerVersion(r -> r.layerName("note").content(c -> c.zipFile(packages)))
            .layerVersionArn();
    Functions.create(
        thaw,
        "rubies",
        Zips.of("rubies.rb", Zips.source("rubies.rb")),
        function ->
            function
                .runtime("ruby3.3")
                .handler("rubies.handler")
                .layers(layer)
                .environment(e -> e.variables(Map.of("COLOR", "grün"))));
    Answer answer = Functions.invoke(thaw, "rubies", "{\"name\":\"Ada\"}");
    assertThat(answer.error()).as(answer.text()).isEmpty();
    JsonNode seen = answer.json();
    assertThat(seen.path("ruby").asString()).startsWith("3.3.");
    assertThat(seen.path("name").asString()).isEqualTo("rubies");
    assertThat(seen.path("requestId").asString()).isEqualTo(answer.requestId());
    assertThat(seen.path("color").asString()).isEqualTo("grün");
    assertThat(seen.path("execution").asString()).isEqualTo("AWS_Lambda_ruby3.3");
    assertThat(seen.path("directory").asString()).isEqualTo("/var/task");
    assertThat(seen.path("user").asInt()).isEqualTo(993);
    assertThat(seen.path("library").asString()).isEqualTo("of a layer");
    assertThat(seen.path("gem").asString()).isEqualTo("a gem of a layer");
    assertThat(seen.path("sdk").asString()).startsWith("1.");
    assertThat(answer.log()).contains("INFO " + answer.requestId() + " -- : served Ada\n");

    Answer failed = Functions.invoke(thaw, "rubies", "{\"do\":\"raise\"}");
    assertThat(failed.error()).contains("Unhandled");
    assertThat(failed.json().path("errorType").asString()).isEqualTo("Function<Refused>");
    assertThat(failed.json().path("stackTrace").path(0).asString())
        .isEqualTo("/var/task/rubies.rb:4:in `handler'");
    assertThat(failed.report().group("origin")).isEqualTo("warm");
  }
}
