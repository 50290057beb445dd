/**
 * Starts AWS's runtime interface client in the guest's JVM, and lets that JVM be frozen before it
 * knows its function. Runs in the guest, on Java 21 and up; see docs/runtime-api.md.
 */
@org.jspecify.annotations.NullMarked
package thaw.javaruntime;
