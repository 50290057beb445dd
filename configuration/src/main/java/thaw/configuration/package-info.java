/** The configuration service: functions and their versions, durable in SQL. */
@NullMarked
package thaw.configuration;

import org.jspecify.annotations.NullMarked;
