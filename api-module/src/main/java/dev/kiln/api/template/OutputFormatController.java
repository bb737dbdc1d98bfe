package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.image.ImageForm;
import dev.kiln.template.TemplateId;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Sets the format of a template's images; the wire has no parameter for it. */
@RestController
class OutputFormatController {

    private static final Map<String, ImageForm.Kind> FORMATS =
            Map.of("ROOT_FS", ImageForm.Kind.ARCHIVE, "qcow2", ImageForm.Kind.QCOW2, "raw", ImageForm.Kind.RAW);

    private final Templates templates;
    private final SourceImages images;

    OutputFormatController(Templates templates, SourceImages images) {
        this.templates = templates;
        this.images = images;
    }

    /** The name of the format. */
    record Format(@Nullable String format) {}

    /** The setting, which applies from the next build attempt on. */
    record Chosen(String templateId, String format) {}

    @PutMapping("/api/v1/templates/{id}/output-format")
    Chosen put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Format wanted) {
        var format = String.valueOf(wanted.format());
        var form = FORMATS.get(format);
        if (form == null) {
            throw Refusals.invalid(ErrorCode.invalid("OutputFormat"), "format", format, "it is ROOT_FS, qcow2 or raw");
        }
        images.baseOf(new TemplateId(id), caller.account()).ifPresent(base -> requirePossible(form, base));
        if (!templates.setOutputForm(new TemplateId(id), caller.account(), form)) {
            throw Refusals.templateNotFound(id);
        }
        return new Chosen(id, format);
    }

    // A build makes the same check, for images not inspected yet and for newer ones of a family.
    private static void requirePossible(ImageForm.Kind form, SourceImages.Base base) {
        boolean isDisk = base.form() != ImageForm.Kind.ARCHIVE;
        if (form == ImageForm.Kind.ARCHIVE && isDisk) {
            throw RestCodes.OUTPUT_FORMAT.because("The template's base image " + base.image()
                    + " is a disk, of which no ROOT_FS is made. Choose qcow2 or raw, or make a template with another"
                    + " base image.");
        }
        if (form != ImageForm.Kind.ARCHIVE && !isDisk && !base.kernel().orElse(true)) {
            throw RestCodes.OUTPUT_FORMAT.because("The template's base image " + base.image()
                    + " has no kernel: there is no /boot/vmlinuz-* in it, so that no disk made of it would boot. Make a"
                    + " template with a base image that has a kernel and its initramfs, or choose ROOT_FS.");
        }
    }
}
