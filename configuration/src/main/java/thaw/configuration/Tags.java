package thaw.configuration;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Tags and what AWS allows of them.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html">AWS: tags on
 *     Lambda functions</a>
 */
final class Tags {
  /** Most tags of one resource. */
  private static final int MOST = 50;

  private static final String RESERVED = "aws:";

  private Tags() {}

  /**
   * Checks the tags a function is created with; their patterns are the service model's.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE
   */
  static void check(Map<String, String> tags) {
    for (String key : tags.keySet()) {
      if (key.toLowerCase(Locale.ROOT).startsWith(RESERVED)) {
        throw FunctionErrors.invalid(
            "Invalid tag key: " + key + ". Keys that begin with aws: are reserved for AWS.");
      }
    }
    if (tags.size() > MOST) {
      throw FunctionErrors.invalid("Number of tags exceeds resource tag limit.");
    }
  }

  /**
   * Tags with more of them, which replace those of the same key.
   *
   * @throws thaw.model.LambdaException INVALID_PARAMETER_VALUE
   */
  static Map<String, String> added(Map<String, String> tags, Map<String, String> more) {
    if (more.isEmpty()) {
      throw FunctionErrors.invalid("An error occurred and the request cannot be processed.");
    }
    Map<String, String> all = new HashMap<>(tags);
    all.putAll(more);
    check(all);
    return all;
  }

  /** Tags without those of some keys; keys that are not there do no harm. */
  static Map<String, String> removed(Map<String, String> tags, Collection<String> keys) {
    Map<String, String> left = new HashMap<>(tags);
    left.keySet().removeAll(keys);
    return left;
  }
}
