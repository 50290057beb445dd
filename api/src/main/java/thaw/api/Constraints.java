package thaw.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/**
 * The constraints of the Lambda service model, checked before a request is acted on and told in
 * AWS's words, all at once: {@code 2 validation errors detected: Value '0' at 'timeout' failed to
 * satisfy constraint: Member must have value greater than or equal to 1; Value ...}.
 */
public final class Constraints {
  /** Longest value that is repeated to the client, characters. */
  private static final int SHOWN_CHARS = 1024;

  /** Most errors told of one request. */
  private static final int ERRORS = 100;

  private final List<String> errors = new ArrayList<>();

  private Constraints() {}

  /**
   * Checks a request with all its parameters set, be they from path, query, headers or body.
   *
   * @throws LambdaException VALIDATION that names every member that breaks a constraint; AWS
   *     answers INVALID_PARAMETER_VALUE if it is the bare name of a function to create
   */
  public static void check(SdkPojo request) {
    var check = new Constraints();
    check.shape(request, "");
    if (!check.errors.isEmpty()) {
      throw new LambdaException(check.code(request), check.message());
    }
  }

  private ErrorCode code(SdkPojo request) {
    boolean badNewName =
        request instanceof CreateFunctionRequest create
            && create.functionName() != null
            && ConstraintTable.isBareName(create.functionName())
            && errors.stream().allMatch(error -> error.contains(" at 'functionName' "));
    return badNewName ? ErrorCode.INVALID_PARAMETER_VALUE : ErrorCode.VALIDATION;
  }

  private String message() {
    return errors.size()
        + (errors.size() == 1 ? " validation error" : " validation errors")
        + " detected: "
        + String.join("; ", errors);
  }

  private void shape(SdkPojo shape, String prefix) {
    for (SdkField<?> field : shape.sdkFields()) {
      String member = field.memberName();
      Object value = field.getValueOrDefault(shape);
      if (value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap) {
        value = null;
      }
      for (Rule rule : ConstraintTable.of(shape.getClass(), member)) {
        if (rule.isBrokenBy(value)) {
          add(member, prefix, value, rule);
        }
      }
      descend(value, prefix + lowerFirst(member) + ".");
    }
  }

  private void descend(@Nullable Object value, String prefix) {
    if (value instanceof SdkPojo inner) {
      shape(inner, prefix);
    } else if (value instanceof List<?> list && errors.size() < ERRORS) {
      int index = 0;
      for (Object element : list) {
        index++;
        if (element instanceof SdkPojo inner) {
          shape(inner, prefix + index + ".member.");
        }
      }
    }
  }

  private void add(String member, String prefix, @Nullable Object value, Rule rule) {
    if (errors.size() < ERRORS) {
      String shown =
          value == null
              ? "Value null"
              : ConstraintTable.isSensitive(member) ? "Value" : "Value '" + bounded(value) + "'";
      errors.add(
          shown
              + " at '"
              + prefix
              + lowerFirst(member)
              + "' failed to satisfy constraint: "
              + rule.text());
    }
  }

  private static String bounded(Object value) {
    String text = value.toString();
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
  }

  private static String lowerFirst(String member) {
    return Character.toLowerCase(member.charAt(0)) + member.substring(1);
  }
}
