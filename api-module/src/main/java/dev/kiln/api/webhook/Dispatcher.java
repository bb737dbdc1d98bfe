package dev.kiln.api.webhook;

import dev.kiln.account.AccountId;
import dev.kiln.api.relay.CloudEvents;
import dev.kiln.metric.Metric;
import dev.kiln.metric.Metrics;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Sends due messages to webhooks, in every API process. Nothing waits for it: a slow or absent receiver occupies at
 * most half of the senders and delays only the messages of its own account.
 */
final class Dispatcher implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration POLL = Duration.ofMillis(500);
    // With the usual pauses, reached after some minutes.
    private static final int TRIES_BEFORE_WARNING = 5;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** The result of one try; a label of the metric. */
    private enum Outcome {
        DELIVERED,
        FAILED,
        GIVEN_UP
    }

    private final Deliveries deliveries;
    private final Addresses addresses;
    private final WebhookSettings settings;
    private final Metrics metrics;
    private final Posts posts = new Posts();
    private final Semaphore free;
    // Signalled when a message has ended: the next of its queue may be due.
    private final Semaphore ended = new Semaphore(0);
    private final Map<AccountId, Integer> underWay = new ConcurrentHashMap<>();
    // Who has had a turn since everybody else had one; used by one thread.
    private final Set<AccountId> served = new HashSet<>();
    private final int ofOneAccount;
    private final ExecutorService senders;
    private final Thread thread = new Thread(this::run, "webhooks");
    private volatile boolean running;

    Dispatcher(Deliveries deliveries, Addresses addresses, WebhookSettings settings, Metrics metrics) {
        this.deliveries = deliveries;
        this.addresses = addresses;
        this.settings = settings;
        this.metrics = metrics;
        this.free = new Semaphore(settings.atOnce());
        this.ofOneAccount = Math.max(1, settings.atOnce() / 2);
        this.senders = Executors.newCachedThreadPool(daemons());
        // So that an alert sees the first message that is given up.
        for (var outcome : Outcome.values()) {
            tries(outcome);
        }
    }

    private Counter tries(Outcome outcome) {
        return metrics.counter(Metric.WEBHOOK_TRIES, outcome.name().toLowerCase(Locale.ROOT));
    }

    private static ThreadFactory daemons() {
        return task -> {
            var thread = new Thread(task, "webhook-sender");
            thread.setDaemon(true);
            return thread;
        };
    }

    private void run() {
        while (running) {
            try {
                if (sendDue() == 0 && ended.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    ended.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // Catch everything: messages stay in their table until the next look.
                LOG.warn("no webhook is told this time: {}", e.toString());
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hands due messages to free senders; returns how many. */
    private int sendDue() throws InterruptedException {
        free.acquire();
        free.release();
        var due = next();
        for (var claim : due) {
            free.acquire();
            underWay.merge(claim.account(), 1, Integer::sum);
            senders.execute(() -> send(claim));
        }
        return due.size();
    }

    /** The next messages: one of each account that waits, and only then more of those that have been served. */
    private List<Deliveries.Claim> next() {
        var busy = underWay.entrySet().stream()
                .filter(entry -> entry.getValue() >= ofOneAccount)
                .map(Map.Entry::getKey)
                .toList();
        var due = served.isEmpty()
                ? List.<Deliveries.Claim>of()
                : deliveries.claim(
                        1, Stream.concat(busy.stream(), served.stream()).toList());
        if (due.isEmpty()) {
            served.clear();
            var most = underWay.values().stream()
                    .filter(number -> number < ofOneAccount)
                    .max(Integer::compare);
            // All of them can belong to one account.
            var room = Math.min(free.availablePermits(), ofOneAccount - most.orElse(0));
            due = deliveries.claim(Math.max(1, room), busy);
        }
        due.forEach(claim -> served.add(claim.account()));
        return due;
    }

    private void send(Deliveries.Claim claim) {
        try {
            var message = new Message(Deliveries.messageId(claim.id()), body(claim));
            var answer = post(claim, message);
            if (answer >= 200 && answer < 300) {
                deliveries.delivered(claim, answer);
                tries(Outcome.DELIVERED).increment();
            } else {
                failed(claim, answer, "HTTP status " + answer);
            }
        } catch (IOException e) {
            failed(claim, null, e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("{} of {} is sent again later: {}", claim.id(), claim.webhook(), e.toString());
        } finally {
            underWay.computeIfPresent(claim.account(), (id, number) -> number > 1 ? number - 1 : null);
            free.release();
            ended.release();
        }
    }

    private int post(Deliveries.Claim claim, Message message) throws IOException {
        var to = Destination.of(claim.url());
        var secret = claim.secret()
                .orElseThrow(() -> new IOException(
                        "its secret cannot be opened: kiln.secrets-key is another one than when it was made"));
        return posts.send(to, addresses.of(to.host()), message.headers(secret, Instant.now()), message.body());
    }

    private void failed(Deliveries.Claim claim, @Nullable Integer answer, String trouble) {
        if (claim.attempt() == TRIES_BEFORE_WARNING) {
            LOG.warn("webhook {} has failed {} times in a row: {}", claim.webhook(), claim.attempt(), trouble);
        }
        var lost = deliveries.failed(claim, answer, trouble, backOff(claim.attempt()), settings.giveUpAfter());
        if (lost) {
            LOG.warn("{} is not told of {}: {}", claim.webhook(), Deliveries.messageId(claim.id()), trouble);
        }
        tries(lost ? Outcome.GIVEN_UP : Outcome.FAILED).increment();
    }

    /** Doubled each time, up to an hour, and varied by up to 20 %, so that not all come back at once. */
    private Duration backOff(int attempt) {
        var doubled = settings.backOff().multipliedBy(1L << Math.min(attempt - 1, 20));
        var pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return pause.multipliedBy(ThreadLocalRandom.current().nextInt(80, 121)).dividedBy(100);
    }

    private static String body(Deliveries.Claim claim) {
        return CloudEvents.ofRow(claim.event(), claim.webhook(), Deliveries.messageId(claim.id()));
    }

    /** Shortens the log from time to time. */
    @Scheduled(fixedDelayString = "${kiln.purge-interval:1m}")
    void purge() {
        try {
            deliveries.purge(settings.keepFor());
        } catch (RuntimeException e) {
            LOG.debug("the log of deliveries is not shortened this time", e);
        }
    }

    @Override
    public void start() {
        running = true;
        thread.start();
    }

    /** A message that is being sent may have arrived or not: it is sent again, under the same id. */
    @Override
    public void stop() {
        running = false;
        thread.interrupt();
        senders.shutdown();
        posts.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
