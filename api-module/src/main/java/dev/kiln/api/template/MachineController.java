package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.TemplateId;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Sets what the machines that test a template's disks must have. */
@RestController
class MachineController {

    private final Templates templates;

    MachineController(Templates templates) {
        this.templates = templates;
    }

    /** Whether they must use KVM. */
    record Machine(@Nullable Boolean kvm) {}

    /** The setting, which applies from the next test attempt on. */
    record Chosen(String templateId, boolean kvm) {}

    @PutMapping("/api/v1/templates/{id}/machine")
    Chosen put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Machine wanted) {
        var kvm = wanted.kvm();
        if (kvm == null) {
            throw Refusals.invalid(ErrorCode.invalid("Machine"), "kvm", "null", "it is true or false");
        }
        if (!templates.setNeedsKvm(new TemplateId(id), caller.account(), kvm)) {
            throw Refusals.templateNotFound(id);
        }
        return new Chosen(id, kvm);
    }
}
