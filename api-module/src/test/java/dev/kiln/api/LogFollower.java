package dev.kiln.api;

import dev.kiln.api.signature.Signatures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A connection of its own that follows a log, and can be broken at any moment. */
final class LogFollower implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader in;
    private final int status;

    /** @param lastId of the last event that it had from an earlier connection; empty for none */
    LogFollower(ApiServer server, WireClient client, String execution, String lastId) throws IOException {
        var path = "/api/v1/executions/" + execution + "/logs";
        var headers = new TreeMap<>(WireClient.v3Headers(""));
        headers.keySet().removeAll(List.of("x-acs-action", "x-acs-version"));
        headers.put("x-acs-content-sha256", Signatures.sha256(new byte[0]));
        headers.put("host", "127.0.0.1:" + server.port());
        headers.put("authorization", client.authorization("GET", path, Map.of(), headers));
        headers.put("accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            headers.put("last-event-id", lastId);
        }
        var request = new StringBuilder("GET " + path + " HTTP/1.0\r\n"); // No transfer chunks.
        headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
        socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.UTF_8));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        status = Integer.parseInt(in.readLine().substring(9, 12));
        while (!in.readLine().isEmpty()) {
            // Headers.
        }
    }

    record Event(String id, String name, JsonNode data) {}

    int status() {
        return status;
    }

    /** The next event; null when the connection ends. */
    Event next() throws IOException {
        var id = "";
        var name = "";
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                return new Event(id, name, JsonMapper.shared().readTree(line.substring(6)));
            }
        }
        return null;
    }

    JsonNode nextLog() throws IOException {
        var event = next();
        while (!event.name().equals("log")) {
            event = next();
        }
        return event.data();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
