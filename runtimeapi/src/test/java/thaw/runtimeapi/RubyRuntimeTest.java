package thaw.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import thaw.model.Invocation;

/** The ruby runtime's behaviour with functions that work. */
@Timeout(120)
final class RubyRuntimeTest {
  @TempDir Path taskRoot;

  @Test
  void eventsComeAndAnswersGoAsJson() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = event\n")) {
      for (String value : new String[] {"{\"a\":[1,2.5,null,true,\"né\"]}", "[]", "7", "null"}) {
        assertThat(function.invoke(value)).isEqualTo(value);
      }
    }
  }

  @Test
  void theContextHasAwsAttributes() throws Exception {
    String source =
        """
        def handler(event:, context:)
          left = context.get_remaining_time_in_millis
          { id: context.aws_request_id, arn: context.invoked_function_arn, group: context.log_group_name,
            stream: context.log_stream_name, name: context.function_name, memory: context.memory_limit_in_mb,
            version: context.function_version, client: context.client_context, identity: context.identity,
            left: left.positive? && left <= 30_000 && context.deadline_ms > Time.now.to_f * 1000 - 1 }
        end
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      Invocation invocation =
          new Invocation(
              "id-9",
              "{}".getBytes(StandardCharsets.UTF_8),
              Optional.of("{\"custom\":{\"color\":\"blue\"}}"),
              "Root=1-2-3",
              Invocations.ARN);
      assertThat(function.invoke(invocation))
          .isEqualTo(
              "{\"id\":\"id-9\",\"arn\":\""
                  + Invocations.ARN
                  + "\",\"group\":\"/aws/lambda/my-function\",\"stream\":\"2026/11/23/[$LATEST]0\","
                  + "\"name\":\"my-function\",\"memory\":\"256\",\"version\":\"$LATEST\","
                  + "\"client\":{\"custom\":{\"color\":\"blue\"}},\"identity\":null,\"left\":true}");
    }
  }

  @Test
  void aHandlerMayBeAClassMethodInADirectory() throws Exception {
    FunctionProcess.write(
        taskRoot,
        "lib/orders.rb",
        """
        require "helper"
        module Shop
          class Orders
            def self.place(event:, context:) = Helper.double(event["count"])
          end
        end
        """);
    FunctionProcess.write(
        taskRoot, "helper.rb", "module Helper\n  def self.double(n) = n * 2\nend\n");
    try (FunctionProcess function =
        RubyFunctions.start(taskRoot, "lib/orders.Shop::Orders.place", Map.of())) {
      assertThat(function.invoke("{\"count\":21}")).isEqualTo("42");
    }
  }

  @Test
  void theEnvironmentIsTheFunctionsAndNamesItsTrace() throws Exception {
    String source =
        """
        def handler(event:, context:)
          [ENV["GREETING"], ENV["GREETING"].encoding.to_s, ENV["_X_AMZN_TRACE_ID"], Dir.pwd == ENV["LAMBDA_TASK_ROOT"]]
        end
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      assertThat(function.invoke("{}")).isEqualTo("[\"Grüße\",\"UTF-8\",\"Root=1-2-3\",true]");
    }
  }

  @Test
  void anIoIsAnswered() throws Exception {
    String source = "def handler(event:, context:) = StringIO.new(\"a\\xFFb\".b)\n";
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      RuntimeOutcome outcome = function.api.invoke(Invocations.of("id", "{}"), Invocations.PLENTY);
      assertThat(outcome)
          .isInstanceOfSatisfying(
              RuntimeOutcome.Responded.class,
              answer -> assertThat(answer.payload()).containsExactly('a', 0xff, 'b'));
    }
  }

  @Test
  void aFunctionMayReplaceTheMarshaller() throws Exception {
    String source =
        """
        class AwsLambda::Marshaller
          def self.marshall_request(request) = [request["Lambda-Runtime-Aws-Request-Id"], request.body.upcase]
          def self.marshall_response(response) = [response.join("|"), "text/plain"]
        end
        def handler(event:, context:) = event
        """;
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      assertThat(function.invoke("not json")).isEqualTo("id-1|NOT JSON");
    }
  }

  @Test
  void largeEventsAndAnswersAreWhole() throws Exception {
    try (FunctionProcess function =
        RubyFunctions.of(taskRoot, "def handler(event:, context:) = event\n")) {
      String large = "\"" + "né".repeat(1_500_000) + "\"";
      assertThat(function.invoke(large)).isEqualTo(large);
      assertThat(function.invoke("1")).isEqualTo("1");
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsLoggedAndTheNextInvocationServed() throws Exception {
    String source = "def handler(event:, context:) = \"x\" * event\n";
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source)) {
      assertThat(function.invoke("6291600")).startsWith("TooLarge[");
      assertThat(function.invoke("3")).isEqualTo("\"xxx\"");
      assertThat(function.out())
          .isEqualTo(
              "LAMBDA_RUNTIME Failed to post the answer of id-1. Http response code: 413.\n");
    }
  }

  @Test
  void gemsOfTheFunctionAreFound() throws Exception {
    FunctionProcess.write(
        taskRoot,
        "vendor/bundle/ruby/3.3.0/specifications/greeter-1.2.gemspec",
        """
        Gem::Specification.new do |s|
          s.name = "greeter"
          s.version = "1.2"
          s.summary = "greets"
          s.authors = ["test"]
        end
        """);
    FunctionProcess.write(
        taskRoot,
        "vendor/bundle/ruby/3.3.0/gems/greeter-1.2/lib/greeter.rb",
        "module Greeter\n  def self.greet(name) = \"Hi, #{name}\"\nend\n");
    String source =
        """
        require "greeter"
        def handler(event:, context:) = Greeter.greet("Ada")
        """;
    Map<String, String> gems = Map.of("GEM_PATH", taskRoot + "/vendor/bundle/ruby/3.3.0");
    try (FunctionProcess function = RubyFunctions.of(taskRoot, source, gems)) {
      assertThat(function.invoke("{}")).isEqualTo("\"Hi, Ada\"");
    }
  }
}
