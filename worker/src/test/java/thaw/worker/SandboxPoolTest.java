package thaw.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import thaw.model.ErrorCode;
import thaw.model.FunctionVersion;
import thaw.model.LambdaException;

class SandboxPoolTest {
  private static final long MIB = 1 << 20;

  private final FakeGuests guests = new FakeGuests();
  private final Counters counters = new Counters();
  private SandboxPool pool = pool(4, 10_000, 2, 8, Duration.ofSeconds(20));

  @AfterEach
  void everythingIsGoneAfterClose() throws InterruptedException {
    guests.permits.release(1000);
    pool.shutDown();
    pool.awaitEmpty();
    assertThat(guests.open()).isEmpty();
    assertThat(pool.status().sandboxes()).isZero();
    assertThat(pool.status().promisedBytes()).isZero();
  }

  @Test
  void aReleasedSandboxIsLeasedAgain() throws InterruptedException {
    guests.permits.release();
    Lease first = pool.acquire(Functions.of("f"));
    assertThat(first.cold()).isTrue();
    first.release();
    Lease second = pool.acquire(Functions.of("f"));
    assertThat(second.sandbox()).isSameAs(first.sandbox());
    assertThat(second.cold()).isFalse();
    assertThat(counters.snapshot().coldStarts()).isEqualTo(1);
    assertThat(counters.snapshot().warmStarts()).isEqualTo(1);
  }

  @Test
  void theMostRecentlyUsedIdleSandboxIsTakenFirst() throws InterruptedException {
    guests.permits.release(2);
    Lease a = pool.acquire(Functions.of("f"));
    Lease b = pool.acquire(Functions.of("f"));
    a.release();
    b.release();
    assertThat(pool.acquire(Functions.of("f")).sandbox()).isSameAs(b.sandbox());
  }

  @Test
  void aSandboxWhoseRuntimeMustBeStartedIsTakenLast() throws InterruptedException {
    guests.permits.release(2);
    Lease a = pool.acquire(Functions.of("f"));
    Lease b = pool.acquire(Functions.of("f"));
    a.release();
    ((FakeGuests.FakeGuest) b.sandbox().requireGuest()).needsReset.set(true);
    b.release();
    assertThat(pool.acquire(Functions.of("f")).sandbox()).isSameAs(a.sandbox());
  }

  @Test
  void anotherRevisionNeverGetsTheSandbox() throws InterruptedException {
    guests.permits.release(2);
    Lease old = pool.acquire(revision("f", "r1"));
    old.release();
    assertThat(pool.acquire(revision("f", "r2")).sandbox()).isNotSameAs(old.sandbox());
  }

  @Test
  void aWaiterTakesASandboxThatBecomesIdleAndTheStartedOneBecomesIdle() throws Exception {
    guests.permits.release();
    Lease busy = pool.acquire(Functions.of("f"));
    CompletableFuture<Lease> waiting = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().waiting() == 1 && pool.status().startsRunning() == 1);
    busy.release();
    Lease served = waiting.get(10, TimeUnit.SECONDS);
    assertThat(served.sandbox()).isSameAs(busy.sandbox());
    assertThat(served.cold()).isFalse();
    guests.permits.release();
    await().until(() -> pool.status().startsRunning() == 0);
    Lease next = pool.acquire(Functions.of("f"));
    assertThat(next.sandbox()).isNotSameAs(busy.sandbox());
    assertThat(guests.all).hasSize(2);
  }

  @Test
  void waitersAreServedInTheOrderTheyCame() throws Exception {
    guests.permits.release();
    Lease busy = pool.acquire(Functions.of("f"));
    CompletableFuture<Lease> first = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().waiting() == 1);
    CompletableFuture<Lease> second = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().waiting() == 2);
    busy.release();
    Lease lease = first.get(10, TimeUnit.SECONDS);
    assertThat(second).isNotDone();
    lease.release();
    assertThat(second.get(10, TimeUnit.SECONDS).sandbox()).isSameAs(busy.sandbox());
  }

  @Test
  void aStartThatNobodyWaitsForAnyMoreIsNotBegun() throws Exception {
    pool = pool(4, 10_000, 1, 8, Duration.ofSeconds(20));
    guests.permits.release();
    Lease busy = pool.acquire(Functions.of("f"));
    CompletableFuture<Lease> first = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().startsRunning() == 1);
    CompletableFuture<Lease> second = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().startsQueued() == 1);
    busy.release();
    first.get(10, TimeUnit.SECONDS);
    assertThat(pool.status().startsQueued()).isZero();
    assertThat(pool.status().startsRunning()).isEqualTo(1);
    guests.permits.release();
    assertThat(second.get(10, TimeUnit.SECONDS).cold()).isTrue();
  }

  @Test
  void startsAreBegunInTheOrderTheyCameAndNoMoreThanAllowedAtOnce() throws Exception {
    pool = pool(8, 10_000, 2, 8, Duration.ofSeconds(20));
    List<CompletableFuture<Lease>> leases = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      leases.add(acquireLater(Functions.of("f" + i)));
      int begun = Math.min(i + 1, 2);
      int queued = i + 1 - begun;
      await()
          .until(() -> guests.startOrder.size() == begun && pool.status().startsQueued() == queued);
    }
    for (int i = 0; i < 6; i++) {
      guests.permits.release();
      // One after the other: two that begin at once are noted in either order.
      int begun = Math.min(i + 3, 6);
      await().until(() -> guests.startOrder.size() == begun);
    }
    for (CompletableFuture<Lease> lease : leases) {
      lease.get(10, TimeUnit.SECONDS);
    }
    assertThat(guests.mostStarting).hasValue(2);
    assertThat(guests.startOrder.subList(2, 6)).containsExactly("f2", "f3", "f4", "f5");
  }

  @Test
  void whenEverySandboxIsBusyTheNextInvocationIsThrottledInAwsWords() throws InterruptedException {
    guests.permits.release(10);
    for (int i = 0; i < 4; i++) {
      pool.acquire(Functions.of("f"));
    }
    assertThatThrownBy(() -> pool.acquire(Functions.of("f")))
        .isInstanceOfSatisfying(
            LambdaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS))
        .hasMessage("Rate Exceeded.");
    assertThat(counters.snapshot().throttles()).isEqualTo(1);
    assertThat(guests.all).hasSize(4);
  }

  @Test
  void theLeastRecentlyUsedIdleSandboxMakesRoomAndIsGoneBeforeTheNewOneStarts() throws Exception {
    guests.permits.release(4);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      leases.add(pool.acquire(Functions.of("f" + i)));
    }
    leases.get(2).release();
    leases.get(1).release();
    guests.permits.release();
    pool.acquire(Functions.of("new"));
    assertThat(leases.get(2).sandbox().lifecycle.state()).isEqualTo(SandboxState.DEAD);
    assertThat(guests.all.get(2).closed).isTrue();
    assertThat(leases.get(1).sandbox().lifecycle.state()).isEqualTo(SandboxState.IDLE);
    assertThat(counters.snapshot().evictions()).isEqualTo(1);
    assertThat(pool.status().sandboxes()).isEqualTo(4);
  }

  @Test
  void asManyIdleSandboxesGoAsTheMemoryNeeds() throws Exception {
    pool = pool(10, 1024, 2, 8, Duration.ofSeconds(20));
    guests.permits.release(10);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      leases.add(pool.acquire(Functions.of("f" + i)));
    }
    leases.forEach(Lease::release);
    pool.acquire(Functions.of("big", "r1", 384, "h", Duration.ofSeconds(3)));
    assertThat(counters.snapshot().evictions()).isEqualTo(3);
    assertThat(pool.status().promisedBytes()).isEqualTo(1024 * MIB);
  }

  @Test
  void whatCanNeverFitIsThrottledAndNothingIsEvictedForIt() throws Exception {
    pool = pool(10, 256, 2, 8, Duration.ofSeconds(20));
    guests.permits.release(10);
    pool.acquire(Functions.of("f")).release();
    assertThatThrownBy(
            () -> pool.acquire(Functions.of("big", "r1", 512, "h", Duration.ofSeconds(3))))
        .isInstanceOf(LambdaException.class);
    assertThat(counters.snapshot().evictions()).isZero();
  }

  @Test
  void aFullStartQueueThrottles() throws Exception {
    pool = pool(10, 10_000, 1, 1, Duration.ofSeconds(20));
    var _ = acquireLater(Functions.of("a"));
    await().until(() -> pool.status().startsRunning() == 1);
    var _ = acquireLater(Functions.of("b"));
    await().until(() -> pool.status().startsQueued() == 1);
    assertThatThrownBy(() -> pool.acquire(Functions.of("c"))).hasMessage("Rate Exceeded.");
  }

  @Test
  void aWaitThatIsTooLongThrottlesAndTheSandboxIsKeptForTheNext() throws Exception {
    pool = pool(10, 10_000, 1, 1, Duration.ofMillis(20));
    assertThatThrownBy(() -> pool.acquire(Functions.of("f"))).hasMessage("Rate Exceeded.");
    guests.permits.release();
    await().until(() -> pool.status().startsRunning() == 0);
    assertThat(pool.acquire(Functions.of("f")).cold()).isFalse();
  }

  @Test
  void aFailedStartIsToldToWhoWaitsAndLeavesNothing() {
    guests.broken.set(true);
    guests.permits.release();
    assertThatThrownBy(() -> pool.acquire(Functions.of("f")))
        .isInstanceOfSatisfying(
            LambdaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVICE))
        .hasMessageContaining("broken on purpose");
    assertThat(pool.status().sandboxes()).isZero();
    assertThat(counters.snapshot().startFailures()).isEqualTo(1);
  }

  @Test
  void aSandboxThatDiesIdleIsNotLeased() throws Exception {
    guests.permits.release(2);
    Lease lease = pool.acquire(Functions.of("f"));
    lease.release();
    guests.all.getFirst().onDeath.run();
    assertThat(pool.acquire(Functions.of("f")).sandbox()).isNotSameAs(lease.sandbox());
    assertThat(counters.snapshot().deaths()).isEqualTo(1);
  }

  @Test
  void aSandboxThatDiesBusyDoesNotComeBack() throws Exception {
    guests.permits.release(2);
    Lease lease = pool.acquire(Functions.of("f"));
    guests.all.getFirst().onDeath.run();
    lease.release();
    assertThat(lease.sandbox().lifecycle.state()).isEqualTo(SandboxState.DEAD);
    assertThat(pool.acquire(Functions.of("f")).sandbox()).isNotSameAs(lease.sandbox());
  }

  @Test
  void retiringEndsIdleOnesNowAndBusyOnesAfterTheirInvocation() throws Exception {
    guests.permits.release(3);
    Lease idle = pool.acquire(revision("f", "r1"));
    Lease busy = pool.acquire(revision("f", "r1"));
    Lease kept = pool.acquire(revision("f", "r2"));
    idle.release();
    kept.release();
    pool.retire(key -> !key.revisionId().equals("r2"));
    assertThat(idle.sandbox().lifecycle.state()).isEqualTo(SandboxState.DEAD);
    assertThat(busy.sandbox().lifecycle.state()).isEqualTo(SandboxState.BUSY);
    busy.release();
    assertThat(busy.sandbox().lifecycle.state()).isEqualTo(SandboxState.DEAD);
    assertThat(kept.sandbox().lifecycle.state()).isEqualTo(SandboxState.IDLE);
  }

  @Test
  void aLeaseIsGivenBackOnce() throws Exception {
    guests.permits.release();
    Lease first = pool.acquire(Functions.of("f"));
    first.release();
    Lease second = pool.acquire(Functions.of("f"));
    first.release();
    first.discard();
    assertThat(second.sandbox().lifecycle.state()).isEqualTo(SandboxState.BUSY);
  }

  @Test
  void closingRefusesWhoWaitsAndWhoComes() throws Exception {
    CompletableFuture<Lease> waiting = acquireLater(Functions.of("f"));
    await().until(() -> pool.status().startsRunning() == 1);
    pool.shutDown();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("shutting down");
    assertThatThrownBy(() -> pool.acquire(Functions.of("f"))).hasMessageContaining("shutting down");
  }

  @Test
  void underLoadNoSandboxIsEverHeldTwice() throws Exception {
    long seed = System.nanoTime();
    pool = pool(5, 10_000, 2, 64, Duration.ofSeconds(20));
    guests.permits.release(100_000);
    Set<PooledSandbox> held = ConcurrentHashMap.newKeySet();
    AtomicInteger wrong = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(16);
    for (int t = 0; t < 16; t++) {
      Random random = new Random(seed + t);
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (int i = 0; i < 100; i++) {
                while (!use(random, held, wrong)) {
                  LockSupport.parkNanos(1000); // throttled: the others have all there is
                }
              }
            } finally {
              done.countDown();
            }
          });
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).as("seed %d", seed).isTrue();
    assertThat(wrong).as("seed %d", seed).hasValue(0);
    assertThat(guests.open()).hasSizeLessThanOrEqualTo(5);
  }

  /** Returns false if it was throttled. */
  private boolean use(Random random, Set<PooledSandbox> held, AtomicInteger wrong) {
    try {
      Lease lease = pool.acquire(Functions.of("f" + random.nextInt(3)));
      if (!held.add(lease.sandbox())) {
        wrong.incrementAndGet();
      }
      LockSupport.parkNanos(random.nextInt(20_000));
      held.remove(lease.sandbox());
      if (random.nextInt(20) == 0) {
        lease.discard();
      } else {
        lease.release();
      }
      return true;
    } catch (LambdaException e) {
      if (e.code() != ErrorCode.TOO_MANY_REQUESTS) {
        wrong.incrementAndGet();
      }
      return false;
    } catch (InterruptedException e) {
      wrong.incrementAndGet();
      return true;
    }
  }

  private CompletableFuture<Lease> acquireLater(FunctionVersion function) {
    CompletableFuture<Lease> lease = new CompletableFuture<>();
    SandboxPool from = pool;
    Thread.ofVirtual()
        .start(() -> {
          try {
            lease.complete(from.acquire(function));
          } catch (LambdaException | InterruptedException e) {
            lease.completeExceptionally(e);
          }
        });
    return lease;
  }

  private static FunctionVersion revision(String name, String revision) {
    return Functions.of(name, revision, 128, "app.handler", Duration.ofSeconds(3));
  }

  private SandboxPool pool(
      int maxSandboxes, long budgetMib, int startsAtOnce, int startQueue, Duration startWait) {
    PoolLimits limits =
        new PoolLimits(
            maxSandboxes,
            0,
            budgetMib * MIB,
            0,
            startsAtOnce,
            startQueue,
            startWait,
            Duration.ofMillis(20),
            Duration.ofMinutes(1),
            Duration.ofHours(1));
    return new SandboxPool(limits, guests, counters, () -> false);
  }
}
