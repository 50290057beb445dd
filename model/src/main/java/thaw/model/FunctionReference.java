package thaw.model;

import java.util.Optional;

/**
 * A function as a client names it. AWS takes a bare name ({@code my-function}), a name with its
 * qualifier ({@code my-function:prod}), a partial ARN ({@code 123456789012:function:my-function})
 * and a full one, the last two with or without a qualifier.
 *
 * @param accountId 12 digits
 * @param region AWS region name, for example {@code us-east-1}
 * @param name the function's bare name
 * @param qualifier a version or alias as the client gave it, be it in the name or beside it
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">AWS: Invoke,
 *     FunctionName</a>
 */
public record FunctionReference(
    String accountId, String region, String name, Optional<String> qualifier) {
  /** The service model's pattern of a name, quoted to clients whose name does not match it. */
  public static final String PATTERN =
      "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:"
          + "|(((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?))"
          + "(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

  /** The version every function has: what was uploaded last. */
  public static final String LATEST = "$LATEST";

  /**
   * Understands a name as the API takes it, and holds it against the account and region served.
   *
   * @param nameOrArn value of FunctionName, decoded
   * @param qualifier value of the parameter Qualifier, if there was one
   * @param accountId the account served
   * @param region the region served
   * @throws LambdaException VALIDATION if it is no name, INVALID_PARAMETER_VALUE if the qualifiers
   *     differ, RESOURCE_NOT_FOUND for another region, ACCESS_DENIED for another account
   */
  public static FunctionReference parse(
      String nameOrArn, Optional<String> qualifier, String accountId, String region) {
    var parts = FunctionNameParts.of(nameOrArn);
    if (!parts.region().isEmpty() && !parts.region().equals(region)) {
      throw new LambdaException(
          ErrorCode.RESOURCE_NOT_FOUND,
          "Functions from '%s' are not reachable in this region ('%s')"
              .formatted(parts.region(), region));
    }
    if (!parts.accountId().isEmpty() && !parts.accountId().equals(accountId)) {
      throw new LambdaException(
          ErrorCode.ACCESS_DENIED,
          "Functions of account %s are not reachable in this account (%s)"
              .formatted(parts.accountId(), accountId));
    }
    if (parts.qualifier().isEmpty()) {
      return new FunctionReference(accountId, region, parts.name(), qualifier);
    }
    if (qualifier.isPresent() && !qualifier.get().equals(parts.qualifier())) {
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "The derived qualifier from the function name does not match the specified qualifier.");
    }
    return new FunctionReference(accountId, region, parts.name(), Optional.of(parts.qualifier()));
  }

  /** The function's ARN without a qualifier. */
  public String functionArn() {
    return "arn:aws:lambda:" + region + ":" + accountId + ":function:" + name;
  }

  /** The ARN as invoked: with the qualifier if the client gave one. */
  public String qualifiedArn() {
    return qualifier.map(q -> functionArn() + ":" + q).orElseGet(this::functionArn);
  }

  /** Whether {@code $LATEST} is meant, by name or by default. */
  public boolean isLatest() {
    return qualifier.isEmpty() || qualifier.get().equals(LATEST);
  }

  /** The error for a function, version or alias that is not there. */
  public LambdaException notFound() {
    return new LambdaException(
        ErrorCode.RESOURCE_NOT_FOUND, "Function not found: " + qualifiedArn());
  }

  /**
   * Itself, if it means {@code $LATEST}.
   *
   * @throws LambdaException RESOURCE_NOT_FOUND for any other qualifier: there are no published
   *     versions and no aliases yet
   */
  public FunctionReference requireLatest() {
    if (!isLatest()) {
      throw notFound();
    }
    return this;
  }
}
