package thaw.images;

import thaw.erofs.ErofsNode;

/** A node of an image's tree. */
final class FlatNode extends ErofsNode {
  /** Its content was left out, since a layer above seemed to hide it. */
  boolean leftOut;

  FlatNode(Kind kind) {
    super(kind);
  }

  /** A directory that no layer names, as tools make them. */
  static FlatNode directory() {
    FlatNode directory = new FlatNode(Kind.DIRECTORY);
    directory.access(0, 0, 0755);
    return directory;
  }
}
