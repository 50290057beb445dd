package thaw.frontend;

import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;
import thaw.model.ErrorCode;
import thaw.model.LambdaException;

/** Reads parameters from the query, decoded. */
final class Query {
  private Query() {}

  /**
   * @throws LambdaException VALIDATION if it is there more than once
   */
  static Optional<String> one(ServerRequest request, String name) {
    var query = request.query();
    if (query.isEmpty() || !query.contains(name)) {
      return Optional.empty();
    }
    var values = query.all(name);
    if (values.size() != 1) {
      throw new LambdaException(
          ErrorCode.VALIDATION, "The parameter " + name + " may be given only once");
    }
    return Optional.of(values.getFirst());
  }

  /** All values of a parameter, in order. */
  static List<String> all(ServerRequest request, String name) {
    var query = request.query();
    return query.isEmpty() || !query.contains(name) ? List.of() : List.copyOf(query.all(name));
  }

  /**
   * @throws LambdaException SERIALIZATION if it is no integer
   */
  static Optional<Integer> integer(ServerRequest request, String name) {
    try {
      return one(request, name).map(Integer::valueOf);
    } catch (NumberFormatException e) {
      throw new LambdaException(
          ErrorCode.SERIALIZATION, "STRING_VALUE can not be converted to an Integer", e);
    }
  }
}
