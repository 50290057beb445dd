package thaw.images;

/**
 * A blob as a manifest refers to it.
 *
 * @param mediaType what it says it is
 * @param digest of its bytes as they are kept, compressed or not
 * @param bytes how many they are
 */
record Descriptor(String mediaType, Digest digest, long bytes) {}
