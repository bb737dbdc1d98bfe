package dev.kiln.region;

import dev.kiln.image.archive.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that can be read up to a place at which something happens; counts what was read. */
final class BreakingSource implements ByteSource {

    /** What happens at the place. */
    @FunctionalInterface
    interface Event {
        void happen() throws IOException;
    }

    final AtomicLong read = new AtomicLong();
    private final byte[] content;
    private final int place;
    private final Event event;

    BreakingSource(byte[] content) {
        this(content, Integer.MAX_VALUE, () -> {});
    }

    BreakingSource(byte[] content, int place) {
        this(content, place, () -> {
            throw new IOException("broken on purpose");
        });
    }

    BreakingSource(byte[] content, int place, Event event) {
        this.content = content;
        this.place = place;
        this.event = event;
    }

    @Override
    public InputStream open(long offset) {
        return new InputStream() {
            private int next = (int) offset;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (next == place) {
                    event.happen();
                }
                int n = Math.min(length, (next < place ? Math.min(place, content.length) : content.length) - next);
                if (n == 0) {
                    return -1;
                }
                System.arraycopy(content, next, bytes, offset, n);
                next += n;
                read.addAndGet(n);
                return n;
            }
        };
    }
}
