package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
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

/** Says what the images of a template are to be, which the wire has no parameter for. */
@RestController
class OutputFormatController {

    private static final Map<String, ImageForm.Kind> FORMATS =
            Map.of("ROOT_FS", ImageForm.Kind.ARCHIVE, "qcow2", ImageForm.Kind.QCOW2, "raw", ImageForm.Kind.RAW);

    private final Templates templates;

    OutputFormatController(Templates templates) {
        this.templates = templates;
    }

    /** How the format is called. */
    record Format(@Nullable String format) {}

    /** What holds from the next attempt to build on. */
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
        if (!templates.setOutputForm(new TemplateId(id), caller.account(), form)) {
            throw Refusals.templateNotFound(id);
        }
        return new Chosen(id, format);
    }
}
