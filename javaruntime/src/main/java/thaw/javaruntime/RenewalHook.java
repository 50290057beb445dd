package thaw.javaruntime;

import com.amazonaws.services.lambda.crac.Context;
import com.amazonaws.services.lambda.crac.Resource;

/** Renews this process's randomness after it was restored from its function's own snapshot. */
final class RenewalHook implements Resource {
  /** AWS's context holds hooks weakly, so that this one must be held here. */
  static final RenewalHook INSTANCE = new RenewalHook();

  private final Randomness randomness = Randomness.find();

  private RenewalHook() {}

  @Override
  public void beforeCheckpoint(Context<? extends Resource> context) {
    // Nothing is given up: what is random is renewed, not closed.
  }

  @Override
  public void afterRestore(Context<? extends Resource> context) {
    randomness.renew();
  }
}
