package dev.kiln.api.template;

import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.error.RestCodes;
import dev.kiln.api.signature.Caller;
import dev.kiln.template.TemplateId;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Sets the file of a template's context that Packer builds; the wire has no parameter for it. */
@RestController
class PackerController {

    private static final Pattern FILE =
            Pattern.compile("(?!.{201})([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\\.(hcl|json)");

    private final Templates templates;

    PackerController(Templates templates) {
        this.templates = templates;
    }

    /** The file's path in the context; empty for none. */
    record Wanted(@Nullable String file) {}

    /** The setting, which applies from the next build attempt on. */
    record Chosen(String templateId, String file) {}

    @PutMapping("/api/v1/templates/{id}/packer")
    Chosen put(
            @RequestAttribute("dev.kiln.caller") Caller caller,
            @PathVariable("id") String id,
            @RequestBody Wanted wanted) {
        var file = String.valueOf(wanted.file());
        if (!file.isEmpty() && !FILE.matcher(file).matches()) {
            throw Refusals.invalid(
                    ErrorCode.invalid("PackerFile"),
                    "file",
                    file,
                    "it is the path of a file in the template's context that ends in .hcl or .json, of letters, digits,"
                            + " dots, dashes and underscores, at most 200 characters; or empty for none");
        }
        var template = new TemplateId(id);
        var named = Optional.of(file).filter(name -> !name.isEmpty());
        if (!templates.setPackerFile(template, caller.account(), named)) {
            throw templates.find(template, caller.account()).isEmpty()
                    ? Refusals.templateNotFound(id)
                    : RestCodes.PACKER.because("The template has BuildContent, TestContent or AddAccount. Packer builds"
                            + " instead of commands, and what it makes is in a cloud, where Kiln neither tests nor shares it."
                            + " Make a template without them.");
        }
        return new Chosen(id, file);
    }
}
