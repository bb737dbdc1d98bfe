package dev.kiln.standalone;

import dev.kiln.embedded.EmbeddedKafka;
import dev.kiln.message.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The main class of a broker in its own process, for programs that kill or measure it. */
public final class BrokerProcess {

    private BrokerProcess() {}

    /** Takes the directory, the port, and the file to create when the broker answers. */
    public static void main(String[] words) throws IOException, InterruptedException {
        var kafka = EmbeddedKafka.start(Path.of(words[0]), Integer.parseInt(words[1]));
        kafka.createTopic(Topics.REQUESTED, 1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(kafka), "stop"));
        Files.createFile(Path.of(words[2]));
        new CountDownLatch(1).await();
    }

    private static void close(EmbeddedKafka kafka) {
        try {
            kafka.close();
        } catch (IOException e) {
            System.err.println("the broker did not stop in an orderly way: " + e.getMessage());
        }
    }
}
