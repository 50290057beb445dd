package thaw.frontend;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import software.amazon.awssdk.services.lambda.model.AccountLimit;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import thaw.configuration.ConfigurationService;
import thaw.model.Limits;

/** The operation GetAccountSettings: what the one account served may have, and what it has. */
final class AccountApi {
  private final ConfigurationService functions;
  private final String accountId;
  private final AccountLimit limit;
  private final Answers answers;

  /**
   * @param concurrentExecutions how many requests are carried out at once before further ones are
   *     throttled
   */
  AccountApi(
      ConfigurationService functions, String accountId, int concurrentExecutions, Answers answers) {
    this.functions = functions;
    this.accountId = accountId;
    this.limit =
        AccountLimit.builder()
            .totalCodeSize(functions.totalCodeBytes())
            .codeSizeUnzipped((long) Limits.UNZIPPED_CODE_BYTES)
            .codeSizeZipped((long) Limits.ZIPPED_CODE_BYTES)
            .concurrentExecutions(concurrentExecutions)
            .unreservedConcurrentExecutions(concurrentExecutions)
            .build();
    this.answers = answers;
  }

  void settings(ServerResponse response) throws IOException {
    answers.shape(
        response,
        Status.OK_200,
        GetAccountSettingsResponse.builder()
            .accountLimit(limit)
            .accountUsage(functions.usage(accountId))
            .build());
  }
}
