package thaw.microvm;

/** Of sandboxes whose pages move when they are touched. */
final class ResumedContractTest extends ResumedContract {
  ResumedContractTest() throws Exception {
    super(MemorySource.SPARSE);
  }
}
