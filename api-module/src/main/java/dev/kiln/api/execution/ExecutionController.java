package dev.kiln.api.execution;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.live.Followers;
import dev.kiln.api.operation.Scalar;
import dev.kiln.api.signature.Caller;
import dev.kiln.execution.ExecutionId;
import dev.kiln.execution.ExecutionQueue;
import dev.kiln.parameter.ExecutionParameters;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** One execution's status, timeline, targets and output. */
@RestController
@RequestMapping("/api/v1/executions/{id}")
class ExecutionController {

    private static final int LOG_LIMIT = 1024 * 1024;

    private final ExecutionList list;
    private final ExecutionRecord record;
    private final ExecutionQueue queue;
    private final Retries retries;
    private final Followers followers;
    private final ExecutionParameters parameters;

    ExecutionController(
            ExecutionList list,
            ExecutionRecord record,
            ExecutionQueue queue,
            Retries retries,
            Followers followers,
            ExecutionParameters parameters) {
        this.list = list;
        this.record = record;
        this.queue = queue;
        this.retries = retries;
        this.followers = followers;
        this.parameters = parameters;
    }

    @GetMapping
    ShownExecution show(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        var found = find(caller, id);
        var position =
                found.status().isFinal() ? OptionalInt.empty() : queue.position(new ExecutionId(found.executionId()));
        return position.isEmpty()
                ? ShownExecution.of(found)
                : ShownExecution.waiting(found, position.getAsInt(), queue.startsIn(position.getAsInt()));
    }

    /** The timeline. */
    record Events(List<ExecutionRecord.Event> events) {}

    @GetMapping("/events")
    Events events(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return new Events(record.events(new ExecutionId(find(caller, id).executionId())));
    }

    /** The regions that get a copy; empty until PREPARING has written their rows. */
    record Targets(List<ExecutionRecord.Target> targets) {}

    @GetMapping("/targets")
    Targets targets(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return new Targets(record.targets(new ExecutionId(find(caller, id).executionId())));
    }

    /** The values that the execution was started with, without those of secret parameters. */
    record Parameters(List<ExecutionParameters.Shown> parameters) {}

    @GetMapping("/parameters")
    Parameters parameters(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return new Parameters(parameters.shown(new ExecutionId(find(caller, id).executionId())));
    }

    /** The log from an offset on; a client that accepts server-sent events gets it as a stream. */
    @GetMapping(path = "/logs")
    @Nullable
    ResponseEntity<byte[]> logs(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "offset", defaultValue = "0") long offset,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (String.valueOf(request.getHeader("Accept")).contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            var found = new ExecutionId(find(caller, id).executionId());
            followers.follow(found, caller.account(), request, response);
            return null;
        }
        return logs(caller, id, offset);
    }

    private ResponseEntity<byte[]> logs(Caller caller, String id, long offset) {
        // Read the status first: if it is final now, all output was written before we read the log.
        var execution = find(caller, id);
        if (offset < 0) {
            throw Refusals.invalid(ErrorCode.invalid("Offset"), "offset", Long.toString(offset), "it is 0 or more");
        }
        var executionId = new ExecutionId(execution.executionId());
        var size = record.logSize(executionId);
        var read = record.log(executionId, offset, LOG_LIMIT);
        var next = read.next();
        return ResponseEntity.ok()
                .header("Content-Type", "text/plain; charset=utf-8")
                .header("Kiln-Next-Offset", Long.toString(next))
                .header("Kiln-Log-Complete", Boolean.toString(execution.status().isFinal() && next >= size))
                .body(read.bytes());
    }

    @PostMapping("/targets/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void retry(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        find(caller, id);
        retries.retry(new ExecutionId(id), caller.account(), Optional.empty());
    }

    @PostMapping("/targets/{region}/retry")
    @ResponseStatus(HttpStatus.ACCEPTED)
    void retryRegion(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @PathVariable("region") String region) {
        find(caller, id);
        var one = Scalar.region().reading().apply(region).orElseThrow(() -> Refusals.regionNotFound(region));
        retries.retry(new ExecutionId(id), caller.account(), Optional.of(one));
    }

    private ExecutionList.Listed find(Caller caller, String id) {
        return list.find(new ExecutionId(id), caller.account()).orElseThrow(Refusals::executionNotFound);
    }
}
