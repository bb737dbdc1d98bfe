package dev.kiln.image.archive;

import java.io.IOException;
import java.io.InputStream;

/** Bytes that can be read as often as needed, from any offset. */
@FunctionalInterface
public interface ByteSource {

    /** The bytes from the offset on; the caller closes the stream. */
    InputStream open(long offset) throws IOException;
}
