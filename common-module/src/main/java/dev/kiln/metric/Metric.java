package dev.kiln.metric;

import static dev.kiln.metric.Metric.Kind.COUNTER;
import static dev.kiln.metric.Metric.Kind.GAUGE;
import static dev.kiln.metric.Metric.Kind.TIMER;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Every metric that Kiln itself records; no other meter can be made. A test compares docs/metrics.md with this. */
public enum Metric {
    REQUEST(
            TIMER,
            "kiln.request",
            "api",
            "Requests by operation (for the REST API, the action of policies) and `code`: `OK`, the code of the"
                    + " refusal, or for the REST API the HTTP status",
            "operation",
            "code"),
    STARTS(
            COUNTER,
            "kiln.starts",
            "api",
            "Starts of executions by `code`: `accepted`, or the code of the refusal; a repeated start with the same"
                    + " client token counts again",
            "code"),
    UNATTENDED(
            COUNTER,
            "kiln.unattended",
            "api",
            "Starts without a request, by `trigger` (`schedule`, `base-change`) and `outcome`: `started`, `skipped` or"
                    + " `waits` (an execution ran), `refused`, `unneeded`, `ignored`",
            "trigger",
            "outcome"),
    QUEUE_LENGTH(GAUGE, "kiln.queue.executions", "api", "Executions that wait for a slot of a worker: the queue"),
    QUEUE_AGE(
            GAUGE,
            "kiln.queue.oldest.seconds",
            "api",
            "How long the oldest execution in the queue has waited, without those that no worker can do; 0: none"),
    QUEUE_UNABLE(
            GAUGE,
            "kiln.queue.unable.executions",
            "api",
            "Executions in the queue that no running worker can do; `GET /api/v1/workers` shows what each can do"),
    RUNNING(GAUGE, "kiln.running.executions", "api", "Executions that a worker runs now"),
    OUTBOX_EVENTS(GAUGE, "kiln.outbox.events", "api", "Unpublished events; counted up to 100000"),
    OUTBOX_AGE(GAUGE, "kiln.outbox.oldest.seconds", "api", "Age of the oldest unpublished event; 0: none"),
    WEBHOOK_TRIES(
            COUNTER,
            "kiln.webhook.tries",
            "api",
            "Messages sent to webhooks, by `outcome`: `delivered`, `failed` (sent again later), `given_up` (not taken"
                    + " for `kiln.webhooks.give-up-after`, and not sent again)",
            "outcome"),
    SLOTS(GAUGE, "kiln.slots", "worker", "Slots of this worker by `state`: `busy` and `free`", "state"),
    CLAIMS(
            COUNTER,
            "kiln.claims",
            "worker",
            "Executions that this worker took, by `kind`: `first`, or `again` after a worker died or handed it over, or"
                    + " for a retry of its targets",
            "kind"),
    ENDS(COUNTER, "kiln.ends", "worker", "Executions that ended on this worker, by final `status`", "status"),
    STAGE(
            TIMER,
            "kiln.stage",
            "worker",
            "Stages by `outcome`: `done`, `failed` (the template's fault), `error` (this machine's or a region's fault;"
                    + " it can be tried again), `interrupted` (cancelled, out of time, overtaken, left to a worker that"
                    + " can do it, or the worker stops)",
            "stage",
            "outcome"),
    STEP(TIMER, "kiln.step", "worker", "Commands of builds and tests that ran in the sandbox and succeeded"),
    STEPS(
            COUNTER,
            "kiln.steps",
            "worker",
            "Commands of builds and tests that succeeded, by `kind`: `run`, or `cached` (taken from the step cache)",
            "kind"),
    TARGETS(
            COUNTER,
            "kiln.targets",
            "worker",
            "Targets of executions by region and `outcome`: `copied` or `failed`",
            "region",
            "outcome"),
    TARGET_RETRIES(
            COUNTER, "kiln.target.retries", "worker", "Failed copies to a target that were tried again", "region"),
    COPY_BYTES(
            COUNTER,
            "kiln.copy.bytes",
            "worker",
            "Bytes of images by target region and `kind`: `sent`, or `kept` (already there, from an interrupted copy)",
            "region",
            "kind");

    /** The kind of a metric. */
    public enum Kind {
        /** Only grows. */
        COUNTER,
        /** A current value. */
        GAUGE,
        /** Count, total time, recent maximum, and the number of values within each of several bounds. */
        TIMER
    }

    private static final List<Duration> OF_REQUESTS =
            Stream.of(5, 25, 100, 500, 2500, 10_000).map(Duration::ofMillis).toList();
    private static final List<Duration> OF_WORK = Stream.of(1, 5, 15, 60, 300, 900, 3600, 21_600)
            .map(Duration::ofSeconds)
            .toList();

    private final Kind kind;
    private final String meter;
    private final String process;
    private final String meaning;
    private final String labels;

    Metric(Kind kind, String meter, String process, String meaning, String... labels) {
        this.kind = kind;
        this.meter = meter;
        this.process = process;
        this.meaning = meaning;
        this.labels = String.join(",", labels);
    }

    public Kind kind() {
        return kind;
    }

    /** The process that has it: {@code api} or {@code worker}. */
    public String process() {
        return process;
    }

    public String meaning() {
        return meaning;
    }

    public List<String> labels() {
        return labels.isEmpty() ? List.of() : List.of(labels.split(",", -1));
    }

    String meter() {
        return meter;
    }

    List<Duration> bounds() {
        return this == REQUEST ? OF_REQUESTS : OF_WORK;
    }

    /** Its name in Prometheus; the series of a timer add suffixes to it. */
    public String exposed() {
        return meter.replace('.', '_')
                + switch (kind) {
                    case COUNTER -> "_total";
                    case GAUGE -> "";
                    case TIMER -> "_seconds";
                };
    }
}
