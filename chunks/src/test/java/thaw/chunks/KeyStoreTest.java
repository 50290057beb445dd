package thaw.chunks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.BitSet;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyStoreTest {
  private static final String ACCOUNT = "000000000000";

  @TempDir private Path directory;
  private KeyStore store;

  @BeforeEach
  void open() throws IOException {
    store = new KeyStore(directory.resolve("keys"));
  }

  private static byte[] sealEmpty(KeyChain chain) {
    Outline outline =
        new Outline(
            new Binding(ACCOUNT, "f", "1", 1, Optional.empty()),
            0,
            Runs.of(new BitSet()),
            new Hash[0]);
    return new Manifest(outline, new byte[0]).seal(chain);
  }

  @Test
  void aKeyIsMadeOnceAndKeptPrivately() throws IOException {
    byte[] sealed = sealEmpty(store.of(ACCOUNT));
    KeyStore reopened = new KeyStore(directory.resolve("keys"));
    assertThat(SealedManifest.parse(sealed).open(reopened.of(ACCOUNT)).keys()).isEmpty();
    Path file = directory.resolve("keys/" + ACCOUNT + ".keys");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void afterARotationTheNewestSealsAndTheOldStillOpens() throws IOException {
    byte[] old = sealEmpty(store.of(ACCOUNT));
    byte[] oldSecret = store.of(ACCOUNT).domainSecret();
    store.rotate(ACCOUNT);
    KeyChain chain = new KeyStore(directory.resolve("keys")).of(ACCOUNT);
    assertThat(SealedManifest.parse(old).open(chain).keys()).isEmpty();
    assertThat(SealedManifest.parse(sealEmpty(chain)).generation()).isEqualTo(2);
    assertThat(chain.domainSecret()).isNotEqualTo(oldSecret);
  }

  @Test
  void ownersDoNotOpenEachOthersManifests() throws IOException {
    byte[] sealed = sealEmpty(store.of(ACCOUNT + "/f"));
    for (String other : new String[] {ACCOUNT, ACCOUNT + "/g", "service"}) {
      assertThatThrownBy(() -> SealedManifest.parse(sealed).open(store.of(other)))
          .isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void aDestroyedKeyIsGoneForGood() throws IOException {
    byte[] sealed = sealEmpty(store.of(ACCOUNT + "/f"));
    store.destroy(ACCOUNT + "/f");
    assertThat(store.existing(ACCOUNT + "/f")).isEmpty();
    assertThatThrownBy(() -> SealedManifest.parse(sealed).open(store.of(ACCOUNT + "/f")))
        .isInstanceOf(DamagedException.class);
  }

  @Test
  void aDamagedKeyFileIsNeverReplacedSilently() throws IOException {
    store.of(ACCOUNT);
    Path file = directory.resolve("keys/" + ACCOUNT + ".keys");
    byte[] content = Files.readAllBytes(file);
    for (int at = 0; at < content.length; at++) {
      byte[] damaged = content.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      assertThatThrownBy(() -> store.of(ACCOUNT))
          .as("byte %d", at)
          .isInstanceOf(DamagedException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void anOwnerCannotLeadOutOfTheDirectory() {
    for (String owner : new String[] {"", "..", "a/../b", "/a", "a/b/c", "a.b", "a/"}) {
      assertThatThrownBy(() -> store.of(owner))
          .as(owner)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void secretsAreNeverPrinted() throws IOException {
    assertThat(store.of(ACCOUNT).newest()).hasToString("SealingKey[generation=1]");
  }
}
