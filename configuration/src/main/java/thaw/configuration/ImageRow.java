package thaw.configuration;

import thaw.images.ImageConfig;

/**
 * A container image that a function, or a version of it, is made of.
 *
 * @param digestHex of its manifest, lower-case hex
 * @param uri as it was asked for
 * @param resolvedUri names this image for ever
 * @param config how the image says it is run
 */
record ImageRow(
    String accountId,
    String functionName,
    String digestHex,
    String uri,
    String resolvedUri,
    ImageConfig config) {}
