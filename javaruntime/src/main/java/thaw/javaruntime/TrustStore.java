package thaw.javaruntime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/**
 * Makes the store of trusted certificates when an image is built: {@code TrustStore STORE BUNDLE}.
 * Without a password, so that the same certificates give the same bytes.
 */
public final class TrustStore {
  private TrustStore() {}

  /**
   * Writes the store.
   *
   * @param arguments its path, and that of all certificates in PEM
   */
  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    System.setProperty("keystore.pkcs12.certProtectionAlgorithm", "NONE");
    System.setProperty("keystore.pkcs12.macAlgorithm", "NONE");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of(arguments[1]))) {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + store.size(), certificate);
      }
    }
    try (OutputStream out = Files.newOutputStream(Path.of(arguments[0]))) {
      store.store(out, null);
    }
  }
}
