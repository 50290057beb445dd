package thaw.cli.platform;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The platform's log: a file that is rotated by size and day; on a console too if there is one. */
final class Logging {
  private static final String PATTERN =
      "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{0} - %msg%n";

  private Logging() {}

  /** Takes the place of whatever was configured before. */
  static void configure(PlatformSettings settings, PlatformFiles files, boolean console) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    // Libraries tell their users' developers what Thaw's users need not know.
    root.setLevel(Level.WARN);
    context.getLogger("thaw").setLevel(Level.valueOf(settings.logLevel().name()));
    root.addAppender(file(context, settings, files));
    if (console) {
      root.addAppender(console(context));
    }
    Logger log = LoggerFactory.getLogger(Logging.class);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> log.error("thread {} died", thread.getName(), failure));
  }

  /** Writes what is buffered and closes the file. */
  static void close() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  private static RollingFileAppender<ILoggingEvent> file(
      LoggerContext context, PlatformSettings settings, PlatformFiles files) {
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(files.log().toString());
    appender.setEncoder(encoder(context));
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(
        files.directory().resolve("thaw.%d{yyyy-MM-dd}.%i.log.gz").toString());
    policy.setMaxFileSize(new FileSize(settings.logFileSize().bytes()));
    policy.setMaxHistory(settings.logRetentionDays());
    policy.setTotalSizeCap(new FileSize(settings.logTotalSize().bytes()));
    policy.start();
    appender.setRollingPolicy(policy);
    appender.start();
    return appender;
  }

  private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context));
    appender.start();
    return appender;
  }

  private static PatternLayoutEncoder encoder(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    return encoder;
  }
}
