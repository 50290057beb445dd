package search;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.crac.Core;
import org.crac.Resource;

/** {"query": ..., "most": ...} in, the best matches out. */
public class Search implements RequestHandler<Map<String, Object>, List<Map<String, Object>>>, Resource {
  private final Index index;

  public Search() throws IOException {
    index = new Index("constellations.tsv");
    Core.getGlobalContext().register(this);
  }

  @Override
  public List<Map<String, Object>> handleRequest(Map<String, Object> event, Context context) {
    if (!(event.get("query") instanceof String query)) {
      throw new IllegalArgumentException("the event needs a \"query\"");
    }
    int most = event.get("most") instanceof Number number ? number.intValue() : 3;
    try {
      List<Map<String, Object>> found = index.search(query, most);
      context.getLogger().log(found.size() + " found for " + query + "\n");
      return found;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Before a snapshot: what a search touches is then warm in every sandbox. */
  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) throws IOException {
    index.search("the brightest star", 3);
  }

  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {}
}
