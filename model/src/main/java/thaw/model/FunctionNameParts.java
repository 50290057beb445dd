package thaw.model;

/**
 * What stands in a FunctionName, split at its colons; empty strings where a part was left out.
 * Taken apart by hand: it is on the path of every invocation, and the service model's pattern for
 * it ({@link FunctionReference#PATTERN}) backtracks.
 */
record FunctionNameParts(String accountId, String region, String name, String qualifier) {
  private static final int LONGEST = 256;

  static FunctionNameParts of(String text) {
    if (isWord(text, '.')) {
      return new FunctionNameParts("", "", text, "");
    }
    if (text.length() > LONGEST) {
      throw new LambdaException(
          ErrorCode.VALIDATION,
          "1 validation error detected: Value '%s...' at 'functionName' failed to satisfy constraint: "
                  .formatted(text.substring(0, LONGEST))
              + "Member must have length less than or equal to "
              + LONGEST);
    }
    String[] parts = text.split(":", -1);
    boolean arn =
        parts.length >= 6
            && parts[0].equals("arn")
            && isPartition(parts[1])
            && parts[2].equals("lambda");
    int next = arn ? 3 : 0;
    String region = "";
    String account = "";
    // Greedy from the left, as the pattern is: a prefix counts as one if a name may follow it.
    if (isRegion(parts[next]) && wordFollows(parts, next)) {
      region = parts[next++];
    }
    if (isAccount(parts[next]) && wordFollows(parts, next)) {
      account = parts[next++];
    }
    if (arn && (region.isEmpty() || account.isEmpty())) {
      throw noName(text);
    }
    if (parts[next].equals("function") && wordFollows(parts, next)) {
      next++;
    }
    int left = parts.length - next;
    if (left > 2 || !isWord(parts[next], '.') || (left == 2 && !isQualifier(parts[next + 1]))) {
      throw noName(text);
    }
    return new FunctionNameParts(account, region, parts[next], left == 2 ? parts[next + 1] : "");
  }

  private static LambdaException noName(String text) {
    return new LambdaException(
        ErrorCode.VALIDATION,
        "1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "
                .formatted(text)
            + "Member must satisfy regular expression pattern: "
            + FunctionReference.PATTERN);
  }

  private static boolean wordFollows(String[] parts, int index) {
    return index + 1 < parts.length && isWord(parts[index + 1], '.');
  }

  private static boolean isPartition(String text) {
    return text.isEmpty()
        || (text.startsWith("aws") && text.chars().allMatch(c -> isLetter(c) || c == '-'));
  }

  /** As in {@code us-east-1}, {@code us-gov-west-1} or {@code eusc-de-east-1}. */
  private static boolean isRegion(String text) {
    int end = text.length() - 1;
    return end > 4
        && text.charAt(end) >= '0'
        && text.charAt(end) <= '9'
        && text.charAt(end - 1) == '-'
        && text.matches("(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d");
  }

  private static boolean isAccount(String text) {
    return text.length() == 12 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isQualifier(String text) {
    return text.equals("$LATEST") || text.equals("$LATEST.PUBLISHED") || isWord(text, '_');
  }

  /** Letters, digits, dash, underscore, and one character more. */
  private static boolean isWord(String text, char more) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '_' && c != more) {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= LONGEST;
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
