package dev.kiln.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a server on this machine that can be cut, or made to swallow everything, for tests. */
final class BreakableWay implements AutoCloseable {

    /** What becomes of connections, those that are there and new ones. */
    enum Mode {
        OPEN,
        /** Nothing arrives and nobody is told. */
        SWALLOWING,
        /** Each connection is closed at once. */
        CUT
    }

    private final ServerSocket entrance;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile Mode mode = Mode.OPEN;

    BreakableWay(int target) throws IOException {
        this.target = target;
        this.entrance = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        inBackground(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void set(Mode wanted) {
        mode = wanted;
        if (wanted != Mode.SWALLOWING) {
            closeAll();
        }
    }

    private void accept() throws IOException {
        while (!entrance.isClosed()) {
            var near = entrance.accept();
            sockets.add(near);
            if (mode == Mode.CUT) {
                near.close();
            } else if (mode == Mode.OPEN) {
                var far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(far);
                inBackground(() -> pump(near, far));
                inBackground(() -> pump(far, near));
            }
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            var buffer = new byte[8192];
            for (var read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (mode == Mode.OPEN) {
                    to.getOutputStream().write(buffer, 0, read);
                }
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A socket was closed: that is how a connection ends here.
                    }
                },
                "breakable-way");
        thread.setDaemon(true);
        thread.start();
    }

    private void closeAll() {
        for (var socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        closeAll();
    }
}
