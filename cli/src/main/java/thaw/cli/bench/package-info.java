/** Benchmarks over the API, with clients that cost little. */
@NullMarked
package thaw.cli.bench;

import org.jspecify.annotations.NullMarked;
