package dev.kiln.worker.engine;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A service of this machine, on all of its addresses: it greets whoever connects. */
final class Greeter implements AutoCloseable {

    static final String WORD = "welcome";

    private final ServerSocket socket = new ServerSocket(0);
    private final AtomicInteger greeted = new AtomicInteger();

    Greeter() throws IOException {
        var thread = new Thread(this::greet, "greeter");
        thread.setDaemon(true);
        thread.start();
    }

    private void greet() {
        while (true) {
            try (var guest = socket.accept()) {
                greeted.incrementAndGet();
                guest.getOutputStream().write((WORD + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                if (socket.isClosed()) {
                    return;
                }
            }
        }
    }

    /** A command that prints the greeting, if it can connect. */
    String greet(String address) {
        return "nc -w 2 " + address + " " + socket.getLocalPort() + " < /dev/null || true";
    }

    /** An address that others of its network know this machine by. */
    static String ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst()
                .orElseThrow(() -> new AssertionError("this test needs a network interface besides loopback"))
                .getHostAddress();
    }

    /** How many have connected. */
    int greeted() {
        return greeted.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
