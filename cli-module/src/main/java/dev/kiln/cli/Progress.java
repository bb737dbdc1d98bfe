package dev.kiln.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Hears how far the bytes of a long upload or download have come. */
interface Progress {

    Progress UNSEEN = (done, total) -> {};

    void at(long done, long total);

    /** Passes everything on, and tells of it. */
    default OutputStream over(OutputStream out, long total) {
        return new FilterOutputStream(out) {
            private long done;

            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                done += length;
                at(done, total);
            }
        };
    }

    /** A line on a terminal that is written over a few times a second, and is gone at the end; elsewhere nothing. */
    static Progress on(Terminal terminal, String doing) {
        return terminal.watched() ? new ProgressLine(terminal, doing) : UNSEEN;
    }
}
