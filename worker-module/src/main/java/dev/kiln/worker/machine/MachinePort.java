package dev.kiln.worker.machine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One of the ports between this worker and a machine: outside a socket that the machine's emulator connects to, inside
 * a device. A thread reads it until it is closed.
 */
final class MachinePort implements AutoCloseable {

    // The kernel's limit without the closing NUL.
    private static final int LONGEST_PATH = 107;

    private final ServerSocketChannel listener;
    private final CompletableFuture<SocketChannel> connected = new CompletableFuture<>();
    private volatile @Nullable IOException failure;

    /** Takes the bytes that come from the machine. */
    @FunctionalInterface
    interface Reader {
        void take(byte[] bytes, int length) throws IOException;
    }

    /** Listens on a socket in the directory with the port's name. */
    MachinePort(Path directory, String name, Reader reader) throws IOException {
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        bind(listener, directory, name);
        var thread = new Thread(() -> read(reader), "machine-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void bind(ServerSocketChannel listener, Path directory, String name) throws IOException {
        var path = directory.resolve(name);
        if (path.toString().length() < LONGEST_PATH) {
            listener.bind(UnixDomainSocketAddress.of(path));
            return;
        }
        var place = Files.createTempDirectory("kiln");
        var shorter = Files.createSymbolicLink(place.resolve("d"), directory);
        try {
            listener.bind(UnixDomainSocketAddress.of(shorter.resolve(name)));
        } finally {
            Files.delete(shorter);
            Files.delete(place);
        }
    }

    private void read(Reader reader) {
        try (var channel = listener.accept()) {
            connected.complete(channel);
            var bytes = new byte[16 << 10];
            var buffer = ByteBuffer.wrap(bytes);
            while (channel.read(buffer) >= 0) {
                pass(bytes, buffer.position(), reader);
                buffer.clear();
            }
        } catch (IOException e) {
            connected.completeExceptionally(e); // the end, from either side
        }
    }

    /** Records the failure before the port is closed because of it. */
    private void pass(byte[] bytes, int length, Reader reader) throws IOException {
        try {
            reader.take(bytes, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        } catch (RuntimeException e) {
            var wrapped = new IOException(e);
            failure = wrapped;
            throw wrapped;
        }
    }

    /** Throws the failure of handling the machine's output, if there was one. */
    void check() throws IOException {
        var found = failure;
        if (found != null) {
            throw found;
        }
    }

    /** Sends bytes; waits until the machine has taken most of them. */
    void send(ByteBuffer bytes) throws IOException, InterruptedException {
        try {
            var channel = connected.get();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (ExecutionException e) {
            throw new IOException("the machine is not connected", e);
        } catch (IOException e) {
            check();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        // It is not an error if the listener was closed before a machine connected.
        if (connected.isDone() && !connected.isCompletedExceptionally()) {
            connected.join().close();
        }
    }
}
