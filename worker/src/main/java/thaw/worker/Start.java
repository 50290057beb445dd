package thaw.worker;

import java.util.concurrent.CompletableFuture;

/**
 * A sandbox to be started.
 *
 * @param sandbox in INIT
 * @param pool where it belongs
 * @param room completes when the sandboxes that were evicted for it are gone: both must never take
 *     memory at the same time
 */
record Start(PooledSandbox sandbox, VersionPool pool, CompletableFuture<Void> room) {}
