package search;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.queryparser.classic.MultiFieldQueryParser;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;

/** Constellations, indexed in memory. */
final class Index {
  private final Analyzer analyzer = new EnglishAnalyzer();
  private final IndexSearcher searcher;

  Index(String resource) throws IOException {
    ByteBuffersDirectory directory = new ByteBuffersDirectory();
    try (InputStream in = Index.class.getResourceAsStream(resource);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] columns = line.split("\t", 2);
        Document document = new Document();
        document.add(new TextField("name", columns[0], Field.Store.YES));
        document.add(new TextField("text", columns[1], Field.Store.YES));
        writer.addDocument(document);
      }
    }
    searcher = new IndexSearcher(DirectoryReader.open(directory));
  }

  /** The best matches, the best first. */
  List<Map<String, Object>> search(String text, int most) throws IOException {
    Query query;
    try {
      query = new MultiFieldQueryParser(new String[] {"name", "text"}, analyzer).parse(text);
    } catch (ParseException e) {
      throw new IllegalArgumentException("not a query: " + text, e);
    }
    List<Map<String, Object>> found = new ArrayList<>();
    for (ScoreDoc match : searcher.search(query, most).scoreDocs) {
      Document document = searcher.storedFields().document(match.doc);
      found.add(Map.of("name", document.get("name"), "text", document.get("text"), "score", match.score));
    }
    return found;
  }
}
