package thaw.model;

/**
 * A Lambda layer as a client names it: a bare name ({@code my-layer}) or its ARN. What was parsed
 * had kept the service model's constraints.
 *
 * @param accountId 12 digits
 * @param region AWS region name
 * @param name the layer's bare name
 */
public record LayerReference(String accountId, String region, String name) {
  private static final int ARN_PARTS = 7;

  /**
   * Understands a layer's name. An ARN may be of any account: who uses it holds it against what it
   * may.
   *
   * @param accountId of a bare name
   * @throws LambdaException ACCESS_DENIED if it is no layer's, INVALID_PARAMETER_VALUE for another
   *     region's
   */
  public static LayerReference parse(String nameOrArn, String accountId, String region) {
    String[] parts = nameOrArn.split(":", -1);
    if (parts.length == 1) {
      return new LayerReference(accountId, region, nameOrArn);
    }
    if (parts.length < ARN_PARTS || !parts[5].equals("layer")) {
      throw denied(nameOrArn);
    }
    if (!parts[3].equals(region)) {
      throw new LambdaException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "Layers are not in the same region as the function. Layers are expected to be in region "
              + region
              + ".");
    }
    return new LayerReference(parts[4], region, parts[6]);
  }

  /** What who may not use a layer's version is told, whether there is one or not. */
  public static LambdaException denied(String arn) {
    return new LambdaException(
        ErrorCode.ACCESS_DENIED,
        "User is not authorized to perform: lambda:GetLayerVersion on resource: "
            + arn
            + " because no resource-based policy allows the lambda:GetLayerVersion action");
  }

  /** Its ARN, without a version. */
  public String arn() {
    return "arn:aws:lambda:" + region + ":" + accountId + ":layer:" + name;
  }

  /** The ARN of one of its versions. */
  public String versionArn(long number) {
    return arn() + ":" + number;
  }
}
