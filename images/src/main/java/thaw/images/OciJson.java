package thaw.images;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads manifests, indexes and configurations of images. They are a stranger's; a digest proves
 * only that they are the stranger's own.
 *
 * @see <a href="https://github.com/opencontainers/image-spec">OCI image specification</a>
 */
final class OciJson {
  /** Largest document, bytes; the distribution specification's largest manifest. */
  static final int DOCUMENT_BYTES = 4 << 20;

  static final String INDEX = "application/vnd.oci.image.index.v1+json";
  static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  private static final int LAYERS_MAX = 512;
  private static final int STRINGS_MAX = 10_000;
  private static final int STRING_BYTES = 1 << 20;
  private static final int NESTING = 32;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(NESTING)
                          .maxStringLength(STRING_BYTES)
                          .maxDocumentLength(DOCUMENT_BYTES)
                          .build())
                  .build())
          .build();

  private OciJson() {}

  /** One manifest of an index. */
  record Choice(Descriptor descriptor, String os, String architecture, Optional<String> name) {
    boolean runsHere() {
      return os.equals("linux") && architecture.equals("amd64");
    }

    boolean namesNoPlatform() {
      return os.isEmpty();
    }
  }

  /** A manifest. */
  record Manifest(Descriptor config, List<Descriptor> layers) {}

  /** A configuration. */
  record Config(ImageConfig config, List<Digest> tarDigests) {}

  static JsonNode parse(byte[] document, String what) throws ImageException {
    try {
      JsonNode node = JSON.readTree(document);
      if (node != null && (node.isObject() || node.isArray())) {
        return node;
      }
    } catch (JacksonException e) {
      throw new ImageException(
          ImageException.Cause.INVALID, "the image's " + what + " is no JSON that can be used", e);
    }
    throw ImageException.invalid("the image's " + what + " is no JSON that can be used");
  }

  /** Whether a document is an index, which leads to manifests. */
  static boolean isIndex(JsonNode document) {
    String type = text(document, "mediaType");
    return type.equals(INDEX)
        || type.equals(DOCKER_INDEX)
        || (type.isEmpty() && document.has("manifests"));
  }

  static List<Choice> index(JsonNode document) throws ImageException {
    List<Choice> choices = new ArrayList<>();
    for (JsonNode each : array(document, "manifests", STRINGS_MAX)) {
      JsonNode platform = each.path("platform");
      JsonNode name = each.path("annotations").path("org.opencontainers.image.ref.name");
      choices.add(
          new Choice(
              descriptor(each, "index"),
              text(platform, "os"),
              text(platform, "architecture"),
              name.isString() ? Optional.of(name.stringValue()) : Optional.empty()));
    }
    return choices;
  }

  /** Of an index's manifests the one that is for this kind of machine. */
  static Descriptor choose(List<Choice> choices) throws ImageException {
    for (Choice choice : choices) {
      if (choice.runsHere()) {
        return choice.descriptor();
      }
    }
    if (choices.size() == 1 && choices.getFirst().namesNoPlatform()) {
      return choices.getFirst().descriptor();
    }
    throw ImageException.invalid("the image has no manifest for linux/amd64");
  }

  static Manifest manifest(JsonNode document) throws ImageException {
    String type = text(document, "mediaType");
    if (!type.isEmpty() && !type.equals(MANIFEST) && !type.equals(DOCKER_MANIFEST)) {
      throw unsupported(type);
    }
    if (document.path("schemaVersion").asInt(0) != 2) {
      throw unsupported("schema version " + Texts.shown(document.path("schemaVersion").toString()));
    }
    Descriptor config = descriptor(document.path("config"), "manifest");
    if (!config.mediaType().startsWith("application/vnd.oci.image.config.v1")
        && !config.mediaType().startsWith("application/vnd.docker.container.image.v1")) {
      throw unsupported(config.mediaType());
    }
    List<Descriptor> layers = new ArrayList<>();
    for (JsonNode layer : array(document, "layers", LAYERS_MAX)) {
      Descriptor descriptor = descriptor(layer, "manifest");
      if (!descriptor.mediaType().contains("tar") || descriptor.mediaType().contains("encrypted")) {
        throw unsupported(descriptor.mediaType());
      }
      layers.add(descriptor);
    }
    return new Manifest(config, layers);
  }

  static Config config(JsonNode document) throws ImageException {
    String os = text(document, "os");
    String architecture = text(document, "architecture");
    if (!os.equals("linux") || !architecture.equals("amd64")) {
      throw ImageException.invalid(
          "the image is for " + Texts.shown(os + "/" + architecture) + ", not for linux/amd64");
    }
    List<Digest> digests = new ArrayList<>();
    for (String digest : strings(document.path("rootfs"), "diff_ids")) {
      digests.add(Digest.parse(digest));
    }
    JsonNode run = document.path("config");
    Map<String, String> environment = new LinkedHashMap<>();
    for (String variable : strings(run, "Env")) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        environment.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    Map<String, String> labels = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> label : run.path("Labels").properties()) {
      if (label.getValue().isString() && labels.size() < STRINGS_MAX) {
        labels.put(label.getKey(), label.getValue().stringValue());
      }
    }
    ImageConfig config =
        new ImageConfig(
            strings(run, "Entrypoint"),
            strings(run, "Cmd"),
            environment,
            text(run, "WorkingDir"),
            labels);
    requireStrings(config);
    return new Config(config, digests);
  }

  /** What a process cannot be started with. */
  private static void requireStrings(ImageConfig config) throws ImageException {
    List<String> all = new ArrayList<>(config.entryPoint());
    all.addAll(config.command());
    all.add(config.workingDirectory());
    config.environment().forEach((name, value) -> all.add(name + value));
    if (all.stream().anyMatch(text -> text.indexOf('\0') >= 0)
        || all.stream().mapToLong(String::length).sum() > STRING_BYTES / 16) {
      throw ImageException.invalid(
          "the image's entry point, command, variables and working directory are too long, or have"
              + " zero bytes");
    }
  }

  /** What manifest.json of an archive of docker's lists. */
  record Saved(String config, List<String> names, List<String> layers) {}

  static List<Saved> saved(JsonNode document) throws ImageException {
    List<Saved> images = new ArrayList<>();
    for (JsonNode image : document) {
      if (images.size() >= STRINGS_MAX) {
        throw ImageException.invalid("the archive lists too many images");
      }
      images.add(
          new Saved(text(image, "Config"), strings(image, "RepoTags"), strings(image, "Layers")));
    }
    return images;
  }

  private static Descriptor descriptor(JsonNode node, String in) throws ImageException {
    JsonNode size = node.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
      throw ImageException.invalid("a blob in the image's " + in + " has no size");
    }
    return new Descriptor(
        text(node, "mediaType"), Digest.parse(text(node, "digest")), size.longValue());
  }

  private static String text(JsonNode node, String member) {
    JsonNode value = node.path(member);
    return value.isString() ? value.stringValue() : "";
  }

  private static List<String> strings(JsonNode node, String member) throws ImageException {
    List<String> strings = new ArrayList<>();
    for (JsonNode each : array(node, member, STRINGS_MAX)) {
      if (!each.isString()) {
        throw ImageException.invalid("the image's " + member + " is no list of strings");
      }
      strings.add(each.stringValue());
    }
    return strings;
  }

  private static JsonNode array(JsonNode node, String member, int most) throws ImageException {
    JsonNode array = node.path(member);
    if (array.isMissingNode() || array.isNull()) {
      return JSON.createArrayNode();
    }
    if (!array.isArray() || array.size() > most) {
      throw ImageException.invalid(
          "the image's " + member + " is no list, or is longer than " + most);
    }
    return array;
  }

  private static ImageException unsupported(String type) {
    return ImageException.invalid(
        "The image manifest, config or layer media type is not supported: " + Texts.shown(type));
  }
}
