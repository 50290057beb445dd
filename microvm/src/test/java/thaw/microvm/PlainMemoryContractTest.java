package thaw.microvm;

/** Of sandboxes whose memory is a plain file. */
final class PlainMemoryContractTest extends ResumedContract {
  PlainMemoryContractTest() throws Exception {
    super(MemorySource.PLAIN);
  }
}
