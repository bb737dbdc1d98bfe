package dev.kiln.faults.wire;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** One connection through a {@link Forwarder}: two threads, one for each direction. */
final class WireConnection {

    // Requests before the first real message, for TLS and for GSSAPI. The answer "N" declines.
    private static final int TLS = 80877103;
    private static final int GSSAPI = 80877104;

    private final Forwarder forwarder;
    private final Socket client;
    private final Socket server;
    private final DataInputStream fromClient;
    private final DataOutputStream toServer;
    private final DataInputStream fromServer;
    private final DataOutputStream toClient;
    private final Map<String, String> statements = new HashMap<>();
    private final Map<String, WireStatement> portals = new HashMap<>();
    private final Queue<WireStatement> underWay = new ConcurrentLinkedQueue<>();
    private final List<WireMessage> withheld = new ArrayList<>();
    private volatile @Nullable WireStatement lastWrite;
    private boolean refused;
    private volatile boolean lost;
    private volatile boolean hasLock;

    private WireConnection(Forwarder forwarder, Socket client, Socket server) throws IOException {
        this.forwarder = forwarder;
        this.client = client;
        this.server = server;
        this.fromClient = new DataInputStream(new BufferedInputStream(client.getInputStream()));
        this.toServer = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
        this.fromServer = new DataInputStream(new BufferedInputStream(server.getInputStream()));
        this.toClient = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
    }

    /** Connects to the server, which cannot be reached during a cut. */
    static WireConnection open(Forwarder forwarder, Socket client, int serverPort)
            throws IOException, InterruptedException {
        if (!forwarder.awaitPassage()) {
            swallowAll(client);
            throw new EOFException("the caller gave up");
        }
        var server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        server.setTcpNoDelay(true);
        return new WireConnection(forwarder, client, server);
    }

    private static void swallowAll(Socket client) throws IOException {
        var in = client.getInputStream();
        while (in.read() >= 0) {
            // Bytes are discarded during a cut.
        }
    }

    boolean hasLost() {
        return lost;
    }

    /** Whether it has asked for a template's lock. */
    boolean hasLock() {
        return hasLock;
    }

    /** Breaks it at the server's end only; the other end breaks when the passage opens. */
    void loseServer() {
        lost = true;
        Forwarder.close(server);
    }

    void carryRequests() {
        try {
            carryStart();
            while (true) {
                var message = WireMessage.read(fromClient);
                if (!forwarder.awaitPassage()) {
                    lost = true;
                    continue;
                }
                var seen = seen(message);
                // Inspecting the message may have closed the passage.
                if (forwarder.awaitPassage()) {
                    seen.write(toServer);
                    if (fromClient.available() == 0) {
                        toServer.flush();
                    }
                }
            }
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
    }

    private void carryStart() throws IOException {
        while (true) {
            var length = fromClient.readInt();
            var body = fromClient.readNBytes(length - 4);
            var code = new DataInputStream(new java.io.ByteArrayInputStream(body)).readInt();
            if (code == TLS || code == GSSAPI) {
                toClient.writeByte('N');
                toClient.flush();
            } else {
                toServer.writeInt(length);
                toServer.write(body);
                toServer.flush();
                return;
            }
        }
    }

    private WireMessage seen(WireMessage message) throws IOException, InterruptedException {
        switch (message.type()) {
            case WireMessage.PARSE -> {
                return parsed(message);
            }
            case WireMessage.BIND -> {
                var portal = message.text(0);
                var name = message.text(portal.length() + 1);
                portals.put(portal, WireStatement.of(statements.getOrDefault(name, ""), message.letters()));
            }
            case WireMessage.EXECUTE -> executes(portals.get(message.text(0)));
            case WireMessage.QUERY -> executes(WireStatement.of(message.text(0), ""));
            default -> {}
        }
        return message;
    }

    private WireMessage parsed(WireMessage message) {
        var name = message.text(0);
        var sql = message.text(name.length() + 1);
        statements.put(name, sql);
        var changed = forwarder.watch().guarded(sql);
        return changed.equals(sql) ? message : message.withSql(name, changed);
    }

    private void executes(@Nullable WireStatement statement) throws IOException, InterruptedException {
        if (statement == null) {
            return;
        }
        hasLock |= statement.locks();
        switch (forwarder.watch().before(forwarder, statement)) {
            case NONE -> {}
            case BEFORE -> {
                forwarder.killOwner(statement);
                throw new EOFException("killed before " + statement.sql());
            }
            case AFTER -> lastWrite = statement;
        }
        underWay.add(statement);
    }

    void carryAnswers() {
        try {
            while (true) {
                var message = WireMessage.read(fromServer);
                look(message);
                var write = lastWrite;
                if (write != null && message.endsTransaction()) {
                    forwarder.killOwner(write);
                    return;
                }
                carryOrWithhold(message);
            }
        } catch (IOException e) {
            if (!lost) {
                close();
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
    }

    /** What an error or a rollback undoes was not written, so that nobody is killed after it. */
    private void look(WireMessage message) {
        if (message.refuses() || message.rollsBack()) {
            lastWrite = null;
        }
        refused |= message.refuses();
        if (message.type() == WireMessage.READY_FOR_QUERY) {
            for (var statement = underWay.poll(); statement != null; statement = underWay.poll()) {
                if (!refused) {
                    forwarder.watch().answered(forwarder, statement);
                }
            }
            refused = false;
        }
    }

    /** Only its last message tells whether an answer ends the transaction with the write after which to kill. */
    private void carryOrWithhold(WireMessage message) throws IOException, InterruptedException {
        withheld.add(message);
        if (lastWrite == null || message.type() == WireMessage.READY_FOR_QUERY) {
            for (var next : withheld) {
                carry(next);
            }
            withheld.clear();
        }
    }

    private void carry(WireMessage message) throws IOException, InterruptedException {
        if (!forwarder.awaitPassage()) {
            lost = true;
            return;
        }
        message.write(toClient);
        if (fromServer.available() == 0) {
            toClient.flush();
        }
    }

    /** Closes both ends of a broken connection at once, except for held bytes, which arrive late. */
    void close() {
        forwarder.forget(this);
        Forwarder.close(client);
        Forwarder.close(server);
    }
}
