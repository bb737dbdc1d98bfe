package dev.kiln.api.live;

import dev.kiln.account.AccountId;
import dev.kiln.api.ApiSettings;
import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.execution.ExecutionId;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * All followers of executions in this process. The database is asked once each tick for all followed executions,
 * however many followers there are.
 */
@Component
public final class Followers implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Followers.class);
    private static final int PUMPS = 4;

    private final LiveRows rows;
    private final JsonMapper json;
    private final ApiSettings.Live settings;
    private final Map<ExecutionId, Followed> followed = new ConcurrentHashMap<>();
    private final Map<AccountId, Integer> perAccount = new ConcurrentHashMap<>();
    private final ExecutorService pumps = pumps("live-pump");
    // Moved logs are read from regions: one that hangs must not hold up those who follow what runs.
    private final ExecutorService pumpsOfMoved = pumps("moved-log-pump");
    private final ScheduledExecutorService ticking =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "live-look"));
    private volatile boolean running;
    private @Nullable Future<?> looking;

    Followers(LiveRows rows, JsonMapper json, ApiSettings settings) {
        this.rows = rows;
        this.json = json;
        this.settings = settings.live();
    }

    private static ExecutorService pumps(String name) {
        return new ThreadPoolExecutor(
                PUMPS,
                PUMPS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, name),
                // Happens only when the process stops, and then no follower need be told.
                new ThreadPoolExecutor.DiscardPolicy());
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Answers with server-sent events from the client's offset on, until the execution has ended or a time limit is
     * reached. A client that reconnects with everything there will ever be gets status 204, which stops its
     * reconnecting.
     */
    public void follow(
            ExecutionId execution, AccountId account, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var resumed = Optional.ofNullable(request.getHeader("Last-Event-ID"));
        var offset = resumed.isPresent()
                ? offset("Last-Event-ID", resumed.get())
                : offset(
                        "offset",
                        Optional.ofNullable(request.getParameter("offset")).orElse("0"));
        var seen = Optional.ofNullable(rows.look(List.of(execution.value())).get(execution.value()))
                .orElseThrow(Refusals::executionNotFound);
        if (resumed.isPresent() && seen.status().isFinal() && offset >= seen.logEnd()) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return;
        }
        enter(account);
        try {
            if (seen.isMoved() && offset < seen.logEnd()) {
                // A region that is away is told by the status, and one that hangs keeps this request alone: the pumps
                // are everybody's.
                rows.read(execution, offset);
            }
            begin(execution, seen, account, request.startAsync(), offset);
        } catch (IOException | RuntimeException e) {
            leave(account);
            throw e;
        }
    }

    private static long offset(String name, String value) {
        try {
            var offset = Long.parseLong(value);
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException e) {
            throw invalid(name, value);
        }
        throw invalid(name, value);
    }

    private static ApiException invalid(String name, String value) {
        return Refusals.invalid(ErrorCode.invalid("Offset"), name, value, "it is 0 or more");
    }

    private void begin(ExecutionId execution, LiveRows.Seen seen, AccountId account, AsyncContext context, long offset)
            throws IOException {
        var response = (HttpServletResponse) context.getResponse();
        response.setContentType("text/event-stream;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        // A proxy that buffers answers would delay the events.
        response.setHeader("X-Accel-Buffering", "no");
        LogStream stream;
        synchronized (this) {
            var shared = followed.computeIfAbsent(execution, id -> new Followed(id, seen));
            var reader = new LogReader(rows, json, offset);
            stream = new LogStream(
                    shared, reader, context, seen.isMoved() ? pumpsOfMoved : pumps, one -> left(one, account));
            shared.streams().add(stream);
        }
        stream.begin();
    }

    private synchronized void enter(AccountId account) {
        if (!running) {
            throw RestCodes.TOO_MANY_FOLLOWERS.because("This process is about to stop. Connect again.");
        }
        int open = perAccount.getOrDefault(account, 0);
        if (open >= settings.followers()) {
            throw RestCodes.TOO_MANY_FOLLOWERS
                    .because("The account follows as many executions at once as it may, " + settings.followers()
                            + ". Close a connection, or read logs by offset.")
                    .retryAfter(Duration.ofSeconds(5));
        }
        perAccount.put(account, open + 1);
    }

    private synchronized void leave(AccountId account) {
        perAccount.computeIfPresent(account, (any, open) -> open == 1 ? null : open - 1);
    }

    private synchronized void left(LogStream stream, AccountId account) {
        leave(account);
        var shared = stream.followed();
        shared.streams().remove(stream);
        if (shared.streams().isEmpty()) {
            followed.remove(shared.execution(), shared);
        }
    }

    /** The number of followers. */
    public synchronized int count() {
        return perAccount.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void look() {
        try {
            lookAtAll(List.copyOf(followed.values()));
        } catch (RuntimeException e) {
            // The followers wait; the next look comes soon.
            LOG.warn("followed executions cannot be read now: {}", e.getMessage());
        }
    }

    private void lookAtAll(List<Followed> all) {
        if (all.isEmpty()) {
            return;
        }
        var seen = rows.look(all.stream().map(one -> one.execution().value()).toList());
        var behind = new HashMap<String, Long>();
        for (var one : all) {
            var now = seen.get(one.execution().value());
            if (now != null && now.logEnd() > one.end()) {
                behind.put(one.execution().value(), one.end());
            }
        }
        var chunks = behind.isEmpty() ? Map.<String, List<LogChunk>>of() : rows.read(behind);
        for (var one : all) {
            var id = one.execution().value();
            tell(one, seen.get(id), chunks.getOrDefault(id, List.of()));
        }
    }

    private void tell(Followed one, LiveRows.@Nullable Seen now, List<LogChunk> chunks) {
        if (now == null) {
            one.streams().forEach(LogStream::end);
            return;
        }
        var events = LogReader.events(
                json, chunks.stream().map(chunk -> chunk.from(one.end())).toList(), one.end());
        if (one.take(now, events)) {
            one.streams().forEach(LogStream::wake);
        }
        one.streams().forEach(stream -> stream.tick(settings.longest(), settings.slowReader()));
    }

    @Override
    public void start() {
        running = true;
        var every = settings.lookEvery().toMillis();
        looking = ticking.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    /** Ends all answers before the server waits for open requests. */
    @Override
    public void stop() {
        synchronized (this) {
            running = false;
        }
        var task = looking;
        if (task != null) {
            task.cancel(false);
        }
        ticking.shutdown();
        List.copyOf(followed.values()).forEach(one -> one.streams().forEach(LogStream::end));
        pumps.shutdown();
        pumpsOfMoved.shutdown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
