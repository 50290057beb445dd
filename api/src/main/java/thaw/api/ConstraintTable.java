package thaw.api;

import static java.util.Map.entry;
import static thaw.api.Rule.each;
import static thaw.api.Rule.least;
import static thaw.api.Rule.longest;
import static thaw.api.Rule.mapKeys;
import static thaw.api.Rule.mapValues;
import static thaw.api.Rule.most;
import static thaw.api.Rule.notNull;
import static thaw.api.Rule.oneOf;
import static thaw.api.Rule.pattern;
import static thaw.api.Rule.shortest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeadLetterConfig;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.Environment;
import software.amazon.awssdk.services.lambda.model.EphemeralStorage;
import software.amazon.awssdk.services.lambda.model.FileSystemConfig;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.ImageConfig;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentInput;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.SnapStart;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.TracingConfig;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;
import thaw.model.FunctionReference;

/**
 * What the Lambda service model demands of the members of the operations served. Two figures are
 * narrower than the model's, as AWS answers for functions without a capacity provider: Timeout ends
 * at 900 seconds and MemorySize at 10,240 MB. Which runtimes there are is not the model's to say.
 */
final class ConstraintTable {
  private static final String REGION = "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}";

  private static final String LAYER =
      "arn:(aws[a-zA-Z-]*)?:lambda:" + REGION + ":\\d{12}:layer:[a-zA-Z0-9-_]+";

  private static final String LAYER_VERSION =
      "((" + LAYER + ":[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))";

  private static final Rule RUNTIME =
      oneOf(Runtime.knownValues().stream().map(Runtime::toString).sorted().toArray(String[]::new));
  private static final Rule KMS_KEY = pattern("(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()");
  private static final Rule TAG = pattern("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)");
  private static final Rule FUNCTION_NAME =
      pattern(
          "(arn:(aws[a-zA-Z-]*)?:lambda:)?("
              + REGION
              + ":)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?");

  private static final List<Rule> LAYER_NAME =
      List.of(notNull(), longest(140), shortest(1), pattern("(" + LAYER + ")|[a-zA-Z0-9-_]+"));
  private static final List<Rule> STATEMENT_ID =
      List.of(notNull(), longest(100), shortest(1), pattern("([a-zA-Z0-9-_]+)"));
  private static final List<Rule> TAGS =
      List.of(mapKeys(longest(128), shortest(1), TAG), mapValues(longest(256), TAG));
  private static final List<Rule> TAGGABLE =
      List.of(
          notNull(),
          longest(10_000),
          shortest(1),
          pattern(
              "arn:(aws[a-zA-Z-]*):lambda:"
                  + REGION
                  + ":\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
                  + "|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-"
                  + "[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
                  + "|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64})"));

  private static final List<Rule> NAME_TO_CREATE =
      List.of(
          notNull(),
          // AWS bounds a bare name and a name inside an ARN differently.
          longest(64).onlyFor(ConstraintTable::isBareName),
          longest(140).onlyFor(name -> !isBareName(name)),
          shortest(1),
          FUNCTION_NAME);
  private static final List<Rule> NAME =
      List.of(notNull(), longest(140), shortest(1), FUNCTION_NAME);
  private static final List<Rule> NAMESPACED_NAME =
      List.of(notNull(), longest(256), shortest(1), pattern(FunctionReference.PATTERN));
  private static final List<Rule> QUALIFIER =
      List.of(longest(128), shortest(1), pattern("\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"));
  private static final List<Rule> ROLE =
      List.of(
          longest(10_000),
          pattern("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"));
  private static final List<Rule> S3_BUCKET =
      List.of(longest(63), shortest(3), pattern("[0-9A-Za-z\\.\\-_]*(?<!\\.)"));
  private static final List<Rule> S3_KEY = List.of(longest(1024), shortest(1), pattern(".*"));
  private static final List<Rule> STORAGE_MODE = List.of(oneOf("COPY", "REFERENCE"));
  private static final Map<String, List<Rule>> CODE_SOURCE =
      Map.of(
          "S3Bucket", S3_BUCKET,
          "S3Key", S3_KEY,
          "S3ObjectVersion", S3_KEY,
          "S3ObjectStorageMode", STORAGE_MODE);
  private static final List<Rule> ARCHITECTURES =
      List.of(longest(1), shortest(1), each(oneOf("x86_64", "arm64")));
  private static final List<Rule> PUBLISH_TO = List.of(oneOf("LATEST_PUBLISHED"));

  /** What create and update of a configuration have in common. */
  private static final Map<String, List<Rule>> CONFIGURATION =
      Map.ofEntries(
          entry("Handler", List.of(longest(128), pattern("[^\\s]+"))),
          entry("Description", List.of(longest(256))),
          entry("Timeout", List.of(most(900), least(1))),
          entry("MemorySize", List.of(most(10_240), least(128))),
          entry("KMSKeyArn", List.of(longest(10_000), KMS_KEY)),
          entry("Layers", List.of(each(longest(2048), shortest(1), pattern(LAYER_VERSION)))),
          entry("FileSystemConfigs", List.of(longest(1))));

  private static final Map<Class<?>, Map<String, List<Rule>>> RULES =
      Map.ofEntries(
          entry(
              CreateFunctionRequest.class,
              with(
                  CONFIGURATION,
                  entry("FunctionName", NAME_TO_CREATE),
                  entry("Role", List.of(notNull(), ROLE.getFirst(), ROLE.getLast())),
                  entry("Code", List.of(notNull())),
                  entry("PackageType", List.of(oneOf("Zip", "Image"))),
                  entry("PublishTo", PUBLISH_TO),
                  entry("Architectures", ARCHITECTURES),
                  entry("Tags", TAGS),
                  entry(
                      "CodeSigningConfigArn",
                      List.of(
                          longest(200),
                          pattern(
                              "arn:(aws[a-zA-Z-]*)?:lambda:"
                                  + REGION
                                  + ":\\d{12}:code-signing-config:csc-[a-z0-9]{17}"))))),
          entry(
              UpdateFunctionConfigurationRequest.class,
              with(CONFIGURATION, entry("FunctionName", NAME), entry("Role", ROLE))),
          entry(
              UpdateFunctionCodeRequest.class,
              Map.of(
                  "FunctionName", NAME,
                  "S3Bucket", S3_BUCKET,
                  "S3Key", S3_KEY,
                  "S3ObjectVersion", S3_KEY,
                  "S3ObjectStorageMode", STORAGE_MODE,
                  "Architectures", ARCHITECTURES,
                  "PublishTo", PUBLISH_TO,
                  "SourceKMSKeyArn", List.of(longest(10_000), KMS_KEY))),
          entry(
              GetFunctionRequest.class,
              Map.of("FunctionName", NAMESPACED_NAME, "Qualifier", QUALIFIER)),
          entry(GetFunctionCodeSigningConfigRequest.class, Map.of("FunctionName", NAME)),
          entry(
              GetFunctionConfigurationRequest.class,
              Map.of("FunctionName", NAMESPACED_NAME, "Qualifier", QUALIFIER)),
          entry(
              DeleteFunctionRequest.class,
              Map.of("FunctionName", NAMESPACED_NAME, "Qualifier", QUALIFIER)),
          entry(
              InvokeRequest.class,
              Map.of(
                  "FunctionName", NAMESPACED_NAME,
                  "Qualifier", QUALIFIER,
                  "InvocationType", List.of(oneOf("Event", "RequestResponse", "DryRun")),
                  "LogType", List.of(oneOf("None", "Tail")),
                  "DurableExecutionName",
                      List.of(longest(64), shortest(1), pattern("[a-zA-Z0-9-_]+")),
                  "TenantId",
                      List.of(longest(256), shortest(1), pattern("[a-zA-Z0-9\\._:\\/=+\\-@ ]+")))),
          entry(
              ListFunctionsRequest.class,
              Map.of(
                  "MasterRegion", List.of(longest(50), shortest(1), pattern("ALL|" + REGION)),
                  "FunctionVersion", List.of(oneOf("ALL")),
                  "MaxItems", List.of(most(10_000), least(1)))),
          entry(
              PublishVersionRequest.class,
              Map.of(
                  "FunctionName", NAME,
                  "Description", List.of(longest(256)),
                  "PublishTo", PUBLISH_TO)),
          entry(
              ListVersionsByFunctionRequest.class,
              Map.of("FunctionName", NAMESPACED_NAME, "MaxItems", List.of(most(10_000), least(1)))),
          entry(
              PublishLayerVersionRequest.class,
              Map.of(
                  "LayerName", LAYER_NAME,
                  "Description", List.of(longest(256)),
                  "Content", List.of(notNull()),
                  "CompatibleArchitectures", List.of(longest(2), each(oneOf("x86_64", "arm64"))),
                  "CompatibleRuntimes", List.of(longest(15), each(RUNTIME)),
                  "LicenseInfo", List.of(longest(512)))),
          entry(LayerVersionContentInput.class, CODE_SOURCE),
          entry(GetLayerVersionRequest.class, Map.of("LayerName", LAYER_NAME)),
          entry(GetLayerVersionPolicyRequest.class, Map.of("LayerName", LAYER_NAME)),
          entry(
              AddLayerVersionPermissionRequest.class,
              Map.of(
                  "LayerName", LAYER_NAME,
                  "StatementId", STATEMENT_ID,
                  "Action", List.of(notNull(), longest(22), pattern("lambda:GetLayerVersion")),
                  "Principal",
                      List.of(
                          notNull(),
                          longest(10_000),
                          pattern("\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root")),
                  "OrganizationId", List.of(longest(34), pattern("o-[a-z0-9]{10,32}")))),
          entry(
              RemoveLayerVersionPermissionRequest.class,
              Map.of("LayerName", LAYER_NAME, "StatementId", STATEMENT_ID)),
          entry(DeleteLayerVersionRequest.class, Map.of("LayerName", LAYER_NAME)),
          entry(
              GetLayerVersionByArnRequest.class,
              Map.of(
                  "Arn", List.of(notNull(), longest(2048), shortest(1), pattern(LAYER_VERSION)))),
          entry(
              ListLayersRequest.class,
              Map.of(
                  "CompatibleRuntime", List.of(RUNTIME),
                  "CompatibleArchitecture", List.of(oneOf("x86_64", "arm64")),
                  "MaxItems", List.of(most(50), least(1)))),
          entry(
              ListLayerVersionsRequest.class,
              Map.of(
                  "LayerName", LAYER_NAME,
                  "CompatibleRuntime", List.of(RUNTIME),
                  "CompatibleArchitecture", List.of(oneOf("x86_64", "arm64")),
                  "MaxItems", List.of(most(50), least(1)))),
          entry(
              TagResourceRequest.class,
              Map.of(
                  "Resource",
                  TAGGABLE,
                  "Tags",
                  List.of(notNull(), TAGS.getFirst(), TAGS.getLast()))),
          entry(
              UntagResourceRequest.class,
              Map.of(
                  "Resource",
                  TAGGABLE,
                  "TagKeys",
                  List.of(notNull(), each(longest(128), shortest(1), TAG)))),
          entry(ListTagsRequest.class, Map.of("Resource", TAGGABLE)),
          entry(
              FunctionCode.class,
              with(CODE_SOURCE, entry("SourceKMSKeyArn", List.of(longest(10_000), KMS_KEY)))),
          entry(
              VpcConfig.class,
              Map.of(
                  "SubnetIds",
                      List.of(longest(16), each(longest(1024), pattern("subnet-[0-9a-z]*"))),
                  "SecurityGroupIds",
                      List.of(longest(5), each(longest(1024), pattern("sg-[0-9a-zA-Z]*"))))),
          entry(DeadLetterConfig.class, Map.of("TargetArn", List.of(longest(10_000), KMS_KEY))),
          entry(
              Environment.class,
              Map.of("Variables", List.of(mapKeys(pattern("[a-zA-Z]([a-zA-Z0-9_])+"))))),
          entry(TracingConfig.class, Map.of("Mode", List.of(oneOf("Active", "PassThrough")))),
          entry(
              FileSystemConfig.class,
              Map.of(
                  "Arn",
                      List.of(
                          notNull(),
                          longest(256),
                          pattern(
                              "arn:aws[a-zA-Z-]*:elasticfilesystem:"
                                  + REGION
                                  + ":\\d{12}:access-point/fsap-[a-f0-9]{17}$"
                                  + "|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/"
                                  + "fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}")),
                  "LocalMountPath",
                      List.of(notNull(), longest(160), pattern("/mnt/[a-zA-Z0-9-_.]+")))),
          entry(
              ImageConfig.class,
              Map.of(
                  "EntryPoint", List.of(longest(1500)),
                  "Command", List.of(longest(1500)),
                  "WorkingDirectory", List.of(longest(1000)))),
          entry(
              EphemeralStorage.class, Map.of("Size", List.of(notNull(), most(10_240), least(512)))),
          entry(SnapStart.class, Map.of("ApplyOn", List.of(oneOf("PublishedVersions", "None")))),
          entry(
              LoggingConfig.class,
              Map.of(
                  "LogFormat", List.of(oneOf("JSON", "Text")),
                  "ApplicationLogLevel",
                      List.of(oneOf("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")),
                  "SystemLogLevel", List.of(oneOf("DEBUG", "INFO", "WARN")),
                  "LogGroup",
                      List.of(longest(512), shortest(1), pattern("[\\.\\-_/#A-Za-z0-9]+")))));

  /** Members whose values AWS never repeats to the client. */
  private static final Set<String> SENSITIVE = Set.of("Variables", "ZipFile", "Payload");

  private ConstraintTable() {}

  /** The rules of a member, in the order they are told. */
  static List<Rule> of(Class<?> shape, String member) {
    return RULES.getOrDefault(shape, Map.of()).getOrDefault(member, List.of());
  }

  static boolean isSensitive(String member) {
    return SENSITIVE.contains(member);
  }

  static boolean isBareName(String functionName) {
    return functionName.indexOf(':') < 0;
  }

  @SafeVarargs
  private static Map<String, List<Rule>> with(
      Map<String, List<Rule>> common, Map.Entry<String, List<Rule>>... more) {
    var rules = new HashMap<>(common);
    for (var entry : more) {
      rules.put(entry.getKey(), entry.getValue());
    }
    return Map.copyOf(rules);
  }
}
