package thaw.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles classes of functions, for Java 21. */
final class JavaSources {
  private JavaSources() {}

  /**
   * Compiles one class.
   *
   * @param into directory of the classes
   */
  static void compile(String name, String source, Path into) {
    SimpleJavaFileObject file =
        new SimpleJavaFileObject(
            URI.create("string:///" + name + ".java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    StringWriter complaints = new StringWriter();
    List<String> options = List.of("-d", into.toString(), "--release", "21");
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .getTask(complaints, null, null, options, null, List.of(file))
                .call())
        .as(complaints.toString())
        .isTrue();
  }
}
