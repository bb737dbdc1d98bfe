package dev.kiln.api.doctor;

import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What was left behind in regions and on machines, for operators. */
@RestController
@RequestMapping("/api/v1/doctor")
class DoctorController {

    private final Doctor doctor;

    DoctorController(Doctor doctor) {
        this.doctor = doctor;
    }

    /** Searches without changing anything. */
    @GetMapping
    Doctor.Report look(@RequestAttribute("dev.kiln.caller") Caller caller) {
        requireRoot(caller);
        return doctor.look(false);
    }

    /** Searches, and removes what was left behind. */
    @PostMapping
    Doctor.Report remove(@RequestAttribute("dev.kiln.caller") Caller caller) {
        requireRoot(caller);
        return doctor.look(true);
    }

    /** Forgets what was left in a place (an engine's directory) that will not come back. */
    @DeleteMapping("/places/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget(@RequestAttribute("dev.kiln.caller") Caller caller, @PathVariable("id") String place) {
        requireRoot(caller);
        doctor.forget(place);
    }

    private static void requireRoot(Caller caller) {
        if (!caller.root()) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may ask what was left behind.");
        }
    }
}
