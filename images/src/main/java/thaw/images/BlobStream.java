package thaw.images;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/** A layer that comes from a registry; if the connection breaks it goes on from there. */
final class BlobStream extends InputStream {
  private final RegistryClient client;
  private final StallWatch watch;
  private final RegistryClient.Place place;
  private final URI uri;
  private final long bytes;
  private InputStream body;
  private long position;
  private int failures;

  BlobStream(
      RegistryClient client,
      StallWatch watch,
      RegistryClient.Place place,
      ResolvedImage.Layer layer)
      throws IOException {
    this.client = client;
    this.watch = watch;
    this.place = place;
    this.uri = place.uri("blobs", layer.name());
    this.bytes = layer.bytes();
    this.body = open();
  }

  private InputStream open() throws IOException {
    RegistryClient.Answer answer = client.get(place, uri, "", position);
    InputStream stream = watch.watched(answer.body());
    if (position > 0 && !answer.partial()) {
      stream.skipNBytes(position);
    }
    return stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    while (true) {
      IOException broken;
      try {
        int n = body.read(buffer, offset, count);
        if (n >= 0 || position >= bytes) {
          position += Math.max(n, 0);
          failures = n > 0 ? 0 : failures;
          return n;
        }
        broken = new IOException("it ends after " + position + " of " + bytes + " bytes");
      } catch (IOException e) {
        broken = e;
      }
      goOn(broken);
    }
  }

  private void goOn(IOException broken) throws IOException {
    body.close();
    if (++failures >= client.attempts() || Thread.currentThread().isInterrupted()) {
      throw new ImageException(
          ImageException.Cause.UNREACHABLE,
          "the registry at "
              + place.base()
              + " does not give a whole layer: "
              + RegistryClient.text(broken),
          broken);
    }
    RegistryClient.pause(failures, 0);
    body = open();
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
