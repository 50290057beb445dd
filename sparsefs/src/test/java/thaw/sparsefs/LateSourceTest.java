package thaw.sparsefs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class LateSourceTest {
  private final LateSource source = new LateSource();

  @Test
  void aPageThatIsReadTooEarlyIsAnErrorAndNotZeros() throws Exception {
    assertThatThrownBy(() -> source.page(3)).isInstanceOf(IOException.class);

    source.bind(PageSource.zeros());

    assertThat(source.page(3)).isEmpty();
  }

  @Test
  void itsContentIsDecidedOnce() {
    source.bind(PageSource.zeros());

    assertThatThrownBy(() -> source.bind(PageSource.zeros()))
        .isInstanceOf(IllegalStateException.class);
  }
}
