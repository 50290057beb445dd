package thaw.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import thaw.agent.GuestDisk;
import thaw.agent.RuntimeProcess;
import thaw.runtimeapi.RuntimeCommand;
import thaw.runtimeapi.RuntimeEnvironment;
import thaw.runtimeapi.RuntimeOutcome;
import thaw.sandbox.SandboxException;
import thaw.sandbox.SandboxOrigin;
import thaw.sandbox.SandboxSpec;
import thaw.snapshots.KeyRing;
import thaw.snapshots.LayerDraft;
import thaw.snapshots.SnapshotHeader.Kind;
import thaw.snapshots.SnapshotLayer;
import thaw.snapshots.SnapshotStore;

/**
 * Templates of the other languages: each becomes functions whose generators are alike in nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LanguageCloneTest {
  private static final int MEMORY_SIZE_MB = 512;
  private static final int TEMPLATE_INVOKES = 2;
  private static final int TASKS = 256;
  private static final int CLONES = 2;

  private static final String RUBY =
      """
      require "openssl"
      require "securerandom"
      require "tmpdir"
      def handler(event:, context:)
        [rand, (1..30).to_a.shuffle.join(","), Random.new_seed, Random.new.rand, SecureRandom.hex, SecureRandom.uuid,
         OpenSSL::Random.random_bytes(16).unpack1("H*"), OpenSSL::PKey::EC.generate("prime256v1").to_pem].join(";")
      end
      """;

  private static final String JAVA =
      """
      import java.security.SecureRandom;
      import java.util.*;
      import java.util.concurrent.ThreadLocalRandom;
      import java.util.random.*;
      public class App {
        public String handle(Object event) throws Exception {
          List<Object> values = new ArrayList<>();
          values.add(new SecureRandom().nextLong());
          values.add(SecureRandom.getInstanceStrong().nextLong());
          values.add(UUID.randomUUID());
          values.add(Math.random());
          values.add(ThreadLocalRandom.current().nextLong());
          values.add(new Random().nextLong());
          values.add(new SplittableRandom().nextLong());
          RandomGeneratorFactory.all().filter(f -> f.isSplittable() || f.isJumpable()).map(RandomGeneratorFactory::name)
              .sorted().forEach(name -> values.add(RandomGenerator.of(name).nextLong()));
          List<Integer> cards = new ArrayList<>();
          for (int card = 0; card < 30; card++) cards.add(card);
          Collections.shuffle(cards);
          values.add(cards);
          return String.join(";", values.stream().map(String::valueOf).toList());
        }
      }
      """;

  private SnapshotHost host;
  private SnapshotStore store;
  private KeyRing keys;
  private SnapshotLayer base;

  @BeforeAll
  void makeBase() throws Exception {
    host = SnapshotHost.open("ruby3.3", "java21", "java25");
    store = SnapshotStore.open(host.directory().resolve("snapshots"));
    keys = new KeyRing(host.directory().resolve("keys"));
    SandboxSpec spec =
        spec(Optional.empty(), Optional.empty(), new SandboxOrigin.Boot()).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      base = stored(guest.sandbox.capture().draft(Kind.BASE, identity()), Optional.empty());
    }
  }

  @AfterAll
  void close() throws Exception {
    if (base != null) {
      base.close();
    }
    if (host != null) {
      host.close();
    }
  }

  @Test
  void rubyClonesAreAlikeInNothing() throws Exception {
    assertAlikeInNothing("ruby3.3", host.codeImage("app.rb", RUBY), "app.handler");
  }

  @ParameterizedTest
  @ValueSource(strings = {"java21", "java25"})
  void javaClonesAreAlikeInNothing(String runtime) throws Exception {
    assertAlikeInNothing(runtime, compiled(), "App::handle");
  }

  private void assertAlikeInNothing(String language, Path code, String handler) throws Exception {
    Set<String> values = new HashSet<>();
    int count = 0;
    try (SnapshotLayer runtime = template(language)) {
      SandboxSpec spec =
          spec(Optional.of(language), Optional.of(code), new SandboxOrigin.Snapshot(runtime));
      for (int clone = 0; clone < CLONES; clone++) {
        try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
          guest.become(handler);
          List<String> own = List.of(guest.invoke("{}").split(";"));
          assertThat(own).hasSizeGreaterThan(6);
          values.addAll(own);
          count += own.size();
        }
      }
    }
    assertThat(values).hasSize(count);
  }

  private SnapshotLayer template(String language) throws Exception {
    SandboxSpec spec =
        spec(Optional.of(language), Optional.empty(), new SandboxOrigin.Snapshot(base)).toCapture();
    try (RuntimeGuest guest = new RuntimeGuest(host.driver(), spec)) {
      guest.sandbox.agent().mountDisks(EnumSet.of(GuestDisk.ROOT));
      guest
          .sandbox
          .agent()
          .startRuntime(
              new RuntimeProcess(
                  RuntimeCommand.of(language).command(),
                  RuntimeEnvironment.template(language, MEMORY_SIZE_MB, TEMPLATE_INVOKES),
                  "/",
                  (long) MEMORY_SIZE_MB << 20,
                  TASKS));
      for (int i = 0; i < TEMPLATE_INVOKES; i++) {
        assertThat(guest.invoke("{\"n\":1}")).contains("\"n\":1");
      }
      assertThat(guest.api.awaitRestorable(RuntimeGuest.PLENTY))
          .isEqualTo(new RuntimeOutcome.Restorable());
      guest.sandbox.agent().freeze();
      Map<String, String> identity = new HashMap<>(identity());
      identity.put("runtime", language);
      return stored(guest.sandbox.capture().draft(Kind.RUNTIME, identity), Optional.of(base));
    }
  }

  private static SandboxSpec spec(
      Optional<String> language, Optional<Path> code, SandboxOrigin origin) {
    return new SandboxSpec(language, code, MEMORY_SIZE_MB, 512, false, origin, false);
  }

  private Map<String, String> identity() throws SandboxException {
    return host.driver().snapshotIdentity(MEMORY_SIZE_MB).orElseThrow();
  }

  private SnapshotLayer stored(LayerDraft draft, Optional<SnapshotLayer> parent)
      throws IOException {
    store.write(draft, keys.service());
    return store.open(draft.header().id(), keys.service(), parent).orElseThrow();
  }

  private Path compiled() throws IOException {
    Path classes = Files.createTempDirectory(host.directory(), "classes");
    SimpleJavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///App.java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return JAVA;
          }
        };
    StringWriter complaints = new StringWriter();
    List<String> options = List.of("-d", classes.toString(), "--release", "21");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .getTask(complaints, null, null, options, null, List.of(source))
                .call())
        .as(complaints.toString())
        .isTrue();
    return host.codeImage(classes);
  }
}
