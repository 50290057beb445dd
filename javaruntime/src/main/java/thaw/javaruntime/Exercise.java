package thaw.javaruntime;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Thaw's own handler: touches what every function's invocations touch, so that it is warm in the
 * snapshot.
 */
public final class Exercise implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    context.getRemainingTimeInMillis();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("event", event);
    answer.put("text", context.getFunctionName() + " \u2744");
    answer.put("numbers", Arrays.asList(1, 2.5, null, true));
    return answer;
  }
}
