package dev.kiln.api.doctor;

import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.execution.Workers;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** The present workers, for operators: what each can do, and why it cannot do the rest. */
@RestController
class WorkersController {

    private final Workers workers;

    WorkersController(JdbcClient jdbc) {
        this.workers = new Workers(jdbc);
    }

    /** All workers that have announced themselves. */
    record Present(List<Workers.Worker> workers) {}

    @GetMapping("/api/v1/workers")
    Present list(@RequestAttribute("dev.kiln.caller") Caller caller) {
        if (!caller.root()) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may ask who the workers are.");
        }
        return new Present(workers.present());
    }
}
