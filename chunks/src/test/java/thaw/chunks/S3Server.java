package thaw.chunks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of S3's API as an origin uses, over real HTTP, and faults on demand. */
public final class S3Server implements AutoCloseable {
  /** What goes wrong with a request. */
  public enum Fault {
    NONE,
    /** 503 SlowDown. */
    THROTTLE,
    /** 500 InternalError. */
    ERROR,
    /** No answer until the server is closed, or well again. */
    SILENCE,
    /** The promised length, half of the bytes, and the connection is closed. */
    TRUNCATE,
    /** A whole answer with half of the bytes. */
    HALF,
    /** A byte of the answer is another. */
    LIE,
    /** 403 AccessDenied. */
    REFUSE,
    /** 501 NotImplemented if the request has a condition. */
    NO_CONDITIONS,
    /** 404 for an object that is there. */
    MISSING
  }

  private static final int PAGE = 7;
  private static final Pattern KEY = Pattern.compile("<Key>([^<]+)</Key>");

  private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final AtomicReference<CountDownLatch> silence =
      new AtomicReference<>(new CountDownLatch(1));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile String faultyMethod = "GET";
  private volatile Fault always = Fault.NONE;
  final LongAdder requests = new LongAdder();
  final LongAdder uploads = new LongAdder();

  /** Who sent the latest request, as it says. */
  volatile String userAgent = "";

  public S3Server() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** All requests go wrong from now on; with NONE they are answered again, silent ones too. */
  public void failAll(Fault fault) {
    always = fault;
    faults.clear();
    silence.getAndSet(new CountDownLatch(1)).countDown();
  }

  /** Requests so far. */
  public long requests() {
    return requests.sum();
  }

  /** The next requests of this method go wrong, one after the other. */
  public void failNext(String method, Fault... next) {
    faultyMethod = method;
    faults.addAll(Arrays.asList(next));
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.increment();
    userAgent = exchange.getRequestHeaders().getFirst("User-Agent");
    boolean faulty = exchange.getRequestMethod().equals(faultyMethod);
    Fault polled = faulty ? faults.poll() : null;
    Fault fault = polled == null ? always : polled;
    byte[] body = exchange.getRequestBody().readAllBytes();
    switch (fault) {
      case THROTTLE -> answer(exchange, 503, error("SlowDown"));
      case ERROR -> answer(exchange, 500, error("InternalError"));
      case REFUSE -> answer(exchange, 403, error("AccessDenied"));
      case SILENCE -> {
        try {
          Objects.requireNonNull(silence.get()).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        exchange.close();
      }
      default -> serve(exchange, body, fault);
    }
  }

  private void serve(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
    URI uri = exchange.getRequestURI();
    String key = uri.getPath().replaceFirst("^/[^/]+/?", "");
    switch (exchange.getRequestMethod()) {
      case "PUT" -> put(exchange, key, body, fault);
      case "HEAD" -> head(exchange, fault == Fault.MISSING ? "" : key);
      case "DELETE" -> {
        objects.remove(key);
        answer(exchange, 204, new byte[0]);
      }
      case "POST" -> {
        Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
        while (keys.find()) {
          objects.remove(keys.group(1));
        }
        answer(exchange, 200, "<DeleteResult></DeleteResult>".getBytes(StandardCharsets.UTF_8));
      }
      default -> {
        if (key.isEmpty()) {
          list(exchange, uri.getRawQuery());
        } else {
          get(exchange, key, fault);
        }
      }
    }
  }

  private void put(HttpExchange exchange, String key, byte[] body, Fault fault) throws IOException {
    String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
    boolean conditional = exchange.getRequestHeaders().containsKey("If-None-Match");
    if (source != null) {
      String path = URLDecoder.decode(source, StandardCharsets.UTF_8);
      byte[] copied = objects.get(path.replaceFirst("^/?[^/]+/", ""));
      if (copied == null) {
        answer(exchange, 404, error("NoSuchKey"));
      } else {
        objects.put(key, copied);
        answer(exchange, 200, "<CopyObjectResult/>".getBytes(StandardCharsets.UTF_8));
      }
    } else if (conditional && fault == Fault.NO_CONDITIONS) {
      answer(exchange, 501, error("NotImplemented"));
    } else if (conditional && objects.containsKey(key)) {
      answer(exchange, 412, error("PreconditionFailed"));
    } else {
      uploads.increment();
      objects.put(key, body);
      answer(exchange, 200, new byte[0]);
    }
  }

  private void head(HttpExchange exchange, String key) throws IOException {
    byte[] object = objects.get(key);
    if (object != null) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(object.length));
    }
    exchange.sendResponseHeaders(object == null ? 404 : 200, -1);
    exchange.close();
  }

  private void get(HttpExchange exchange, String key, Fault fault) throws IOException {
    byte[] object = objects.get(key);
    if (object == null) {
      answer(exchange, 404, error("NoSuchKey"));
      return;
    }
    switch (fault) {
      case TRUNCATE -> {
        exchange.sendResponseHeaders(200, object.length);
        exchange.getResponseBody().write(object, 0, object.length / 2);
        exchange.close();
      }
      case HALF -> answer(exchange, 200, Arrays.copyOf(object, object.length / 2));
      case LIE -> {
        byte[] lie = object.clone();
        lie[lie.length / 3] ^= 1;
        answer(exchange, 200, lie);
      }
      default -> answer(exchange, 200, object);
    }
  }

  /** Small pages, so that whoever lists must go on. */
  private void list(HttpExchange exchange, String query) throws IOException {
    String prefix = parameter(query, "prefix");
    String after = parameter(query, "continuation-token");
    NavigableMap<String, byte[]> rest =
        objects.tailMap(after.isEmpty() ? prefix : after, after.isEmpty());
    var keys = rest.keySet().stream().takeWhile(key -> key.startsWith(prefix)).toList();
    boolean truncated = keys.size() > PAGE;
    var page = keys.subList(0, Math.min(PAGE, keys.size()));
    String contents =
        page.stream()
            .map(key -> "<Contents><Key>" + key + "</Key></Contents>")
            .collect(Collectors.joining());
    String next =
        truncated ? "<NextContinuationToken>" + page.getLast() + "</NextContinuationToken>" : "";
    String xml =
        "<ListBucketResult><IsTruncated>%s</IsTruncated>%s%s</ListBucketResult>"
            .formatted(String.valueOf(truncated).toLowerCase(Locale.ROOT), next, contents);
    answer(exchange, 200, xml.getBytes(StandardCharsets.UTF_8));
  }

  private static String parameter(String query, String name) {
    for (String part : query.split("&", -1)) {
      if (part.startsWith(name + "=")) {
        return URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    return "";
  }

  private static byte[] error(String code) {
    return ("<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Override
  public void close() {
    Objects.requireNonNull(silence.get()).countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
