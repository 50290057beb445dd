package thaw.worker;

/**
 * How long a function's resume took.
 *
 * @param restoreMicros from asking for the sandbox until it was ready for its first invocation
 * @param hooksMicros the function's own part of it, which is billed: after-restore hooks
 */
record RestoreTimes(long restoreMicros, long hooksMicros) {}
