package thaw.microvm;

/** Of sandboxes that boot. */
final class MicrovmContractTest extends MicrovmContract {
  MicrovmContractTest() throws Exception {
    super(MemorySource.SPARSE);
  }
}
