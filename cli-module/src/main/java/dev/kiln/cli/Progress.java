package dev.kiln.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Receives the progress of a long upload or download. */
interface Progress {

    Progress UNSEEN = (done, total) -> {};

    void at(long done, long total);

    /** Passes everything on to the stream, and reports the progress. */
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

    /** A line that is redrawn a few times a second on a terminal, and erased at the end; nothing elsewhere. */
    static Progress on(Terminal terminal, String doing) {
        return terminal.watched() ? new ProgressLine(terminal, doing) : UNSEEN;
    }
}
