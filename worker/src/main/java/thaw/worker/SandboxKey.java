package thaw.worker;

import thaw.model.FunctionVersion;

/** What a sandbox is good for: one revision of one function version, and nothing else. */
record SandboxKey(String accountId, String region, String name, String version, String revisionId) {
  static SandboxKey of(FunctionVersion function) {
    return new SandboxKey(
        function.accountId(),
        function.region(),
        function.name(),
        function.version(),
        function.revisionId());
  }
}
