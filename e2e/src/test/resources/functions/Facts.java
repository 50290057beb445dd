import java.io.File;
import java.util.Map;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

public class Facts {
  public Map<String, Object> handle(Map<String, String> event) throws Exception {
    String name = event.get("name");
    if (name == null) {
      throw new IllegalArgumentException("nobody");
    }
    System.out.println("served " + name);
    return Map.of(
        "version", System.getProperty("java.specification.version"),
        "color", System.getenv("COLOR"),
        "execution", System.getenv("AWS_EXECUTION_ENV"),
        "directory", new File("").getAbsolutePath(),
        "heapMiB", Runtime.getRuntime().maxMemory() >> 20,
        "trusted", trusted(),
        "temporary", new File("/tmp").list((directory, file) -> !file.equals("lost+found")).length);
  }

  private static int trusted() throws Exception {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((java.security.KeyStore) null);
    int count = 0;
    for (TrustManager manager : factory.getTrustManagers()) {
      count += ((X509TrustManager) manager).getAcceptedIssuers().length;
    }
    return count;
  }
}
