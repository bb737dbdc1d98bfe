package dev.kiln.faults.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The network between one process and PostgreSQL. It understands the protocol, so that it can do to a statement what
 * networks and crashes do: lose it, deliver it late, lose its answer.
 */
public final class Forwarder implements Closeable {

    /** What happens to bytes in transit. */
    public enum Passage {
        OPEN,
        /** They wait, and arrive when the passage is open again. */
        HELD,
        /** They are lost in both directions, without any notice. */
        SWALLOWED
    }

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "forwarder");
        thread.setDaemon(true);
        return thread;
    });

    private final String owner;
    private final int serverPort;
    private final WireWatch watch;
    private final ServerSocket listening;
    private final Set<WireConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile Runnable killOwner = () -> {};
    private Passage passage = Passage.OPEN;

    /**
     * Listens on a free port.
     *
     * @param owner name of the process that uses this network
     */
    public Forwarder(String owner, int serverPort, WireWatch watch) throws IOException {
        this.owner = owner;
        this.serverPort = serverPort;
        this.watch = watch;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        THREADS.execute(this::accept);
    }

    public String owner() {
        return owner;
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Sets how to kill the process at this end; the action must return when it is gone. */
    public void killOwnerBy(Runnable kill) {
        killOwner = kill;
    }

    /** Changes what happens to bytes. Connections that lost bytes are closed when the passage opens. */
    public void set(Passage wanted) {
        synchronized (this) {
            passage = wanted;
            notifyAll();
        }
        if (wanted == Passage.OPEN) {
            connections.stream().filter(WireConnection::hasLost).forEach(WireConnection::close);
        }
    }

    /** Waits while bytes are held; false when they are to be dropped. */
    synchronized boolean awaitPassage() throws InterruptedException {
        while (passage == Passage.HELD) {
            wait();
        }
        return passage == Passage.OPEN;
    }

    /** Whether bytes pass without interference. */
    synchronized boolean isOpen() {
        return passage == Passage.OPEN;
    }

    /** Breaks the sessions that hold locks at the server's end; while bytes are held, the process does not notice. */
    void loseLocks() {
        connections.stream().filter(WireConnection::hasLock).forEach(WireConnection::loseServer);
    }

    /** Breaks every connection; the process opens new ones. */
    public void breakConnections() {
        connections.forEach(WireConnection::close);
    }

    /** Kills the process and breaks its connections; what it sent and was not forwarded yet is lost. */
    void killOwner(WireStatement statement) {
        watch.killed(this, statement);
        killOwner.run();
        breakConnections();
    }

    void forget(WireConnection connection) {
        connections.remove(connection);
    }

    WireWatch watch() {
        return watch;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var client = listening.accept();
                THREADS.execute(() -> connect(client));
            } catch (IOException e) {
                // Closed, or briefly out of file descriptors; the loop's condition decides.
            }
        }
    }

    private void connect(Socket client) {
        try {
            client.setTcpNoDelay(true);
            var connection = WireConnection.open(this, client, serverPort);
            connections.add(connection);
            THREADS.execute(connection::carryAnswers);
            connection.carryRequests();
        } catch (IOException e) {
            close(client);
        } catch (InterruptedException e) {
            close(client);
            Thread.currentThread().interrupt();
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is already gone.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        set(Passage.OPEN);
        breakConnections();
    }
}
