package thaw.worker;

import java.util.concurrent.CompletableFuture;

/** An invocation that waits for a sandbox: it is given a lease, or the reason why there is none. */
final class Waiter extends CompletableFuture<Lease> {}
