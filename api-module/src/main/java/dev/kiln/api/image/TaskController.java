package dev.kiln.api.image;

import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** Imports and exports. */
@RestController
class TaskController {

    private final Tasks tasks;

    TaskController(Tasks tasks) {
        this.tasks = tasks;
    }

    @GetMapping("/api/v1/tasks/{id}")
    Tasks.Task show(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String id) {
        return tasks.find(id, caller.account())
                .orElseThrow(() -> RestCodes.TASK_NOT_FOUND.because(
                        "The specified task " + Refusals.quoted(id) + " does not exist."));
    }
}
