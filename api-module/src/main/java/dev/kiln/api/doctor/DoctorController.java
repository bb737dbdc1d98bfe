package dev.kiln.api.doctor;

import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What was left behind, for operators. */
@RestController
@RequestMapping("/api/v1/doctor")
class DoctorController {

    private final Doctor doctor;

    DoctorController(Doctor doctor) {
        this.doctor = doctor;
    }

    /** Looks and changes nothing. */
    @GetMapping
    Doctor.Report look(@RequestAttribute("dev.kiln.caller") Caller caller) {
        requireRoot(caller);
        return doctor.look(false);
    }

    /** Looks, and removes what was left behind. */
    @PostMapping
    Doctor.Report remove(@RequestAttribute("dev.kiln.caller") Caller caller) {
        requireRoot(caller);
        return doctor.look(true);
    }

    private static void requireRoot(Caller caller) {
        if (!caller.root()) {
            throw RestCodes.ROOT_ONLY.because("Only the root account may ask what was left behind.");
        }
    }
}
