package dev.kiln.api.dashboard;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.metric.Answered;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The form for a new template. */
@RestController
public class NewTemplatePages {

    private static final Pattern LINE = Pattern.compile("line (\\d{1,5})");

    private final Regions regions;
    private final Actions actions;
    private final Views pages;

    NewTemplatePages(Regions regions, Actions actions, Views pages) {
        this.regions = regions;
        this.actions = actions;
        this.pages = pages;
    }

    /** The form as it was sent. */
    public record Form(
            String name,
            String region,
            String baseType,
            String base,
            String build,
            String test,
            List<String> to,
            String accounts,
            String family,
            boolean network) {

        private static Form of(HttpServletRequest request) {
            var to = request.getParameterValues("to");
            return new Form(
                    text(request, "name"),
                    text(request, "region"),
                    text(request, "base-type"),
                    text(request, "base").strip(),
                    text(request, "build").replace("\r\n", "\n"),
                    text(request, "test").replace("\r\n", "\n"),
                    to == null ? List.of() : List.of(to),
                    text(request, "accounts"),
                    text(request, "family"),
                    request.getParameter("network") != null);
        }

        private static String text(HttpServletRequest request, String name) {
            return Optional.ofNullable(request.getParameter(name)).orElse("");
        }

        /** The form as parameters of the wire; empty values count as not given. */
        private Map<String, String> parameters() {
            var parameters = new LinkedHashMap<>(Map.of(
                    "RegionId", region,
                    "Name", name,
                    "BaseImageType", baseType,
                    "BaseImage", base,
                    "BuildContent", build,
                    "TestContent", test,
                    "ImageOptions.ImageFamily", family,
                    "InternetMaxBandwidthOut", network ? "100" : "0"));
            number(parameters, "ToRegionId", to.stream());
            number(
                    parameters,
                    "AddAccount",
                    Stream.of(accounts.split("[\\s,]+")).filter(one -> !one.isEmpty()));
            return parameters;
        }

        private static void number(Map<String, String> parameters, String name, Stream<String> values) {
            var all = values.toList();
            for (int at = 0; at < all.size(); at++) {
                parameters.put(name + "." + (at + 1), all.get(at));
            }
        }
    }

    @GetMapping("/ui/templates/new")
    void form(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        form(visitor, response, Form.of(request), "");
    }

    private void form(Visitor visitor, HttpServletResponse response, Form form, String error) throws IOException {
        pages.render(
                response,
                "new-template",
                Map.of(
                        "page",
                        pages.page("New template", "templates", visitor),
                        "form",
                        form,
                        "regions",
                        regions.ids().stream().map(RegionId::value).toList(),
                        "error",
                        error));
    }

    @PostMapping("/ui/templates")
    void create(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var form = Form.of(request);
        try {
            var answer = actions.run("CreateImagePipeline", visitor, form.parameters());
            Actions.seeOther(response, "/ui/templates/" + answer.get("ImagePipelineId"));
        } catch (ApiException e) {
            response.setStatus(e.status());
            form(visitor, response, form, e.getMessage());
        }
    }

    /** A problem in a content; line 0 means all of it. */
    public record Problem(int line, String message) {}

    /** Checks a content while it is typed; an empty list if it is fine. */
    @PostMapping("/ui/templates/check")
    List<Problem> check(
            @RequestParam(name = "content", defaultValue = "") String content,
            @RequestParam(name = "kind", defaultValue = "BUILD") String kind,
            HttpServletRequest request) {
        Answered.withoutChange(request);
        try {
            BuildContent.parse(
                    content.replace("\r\n", "\n"),
                    kind.equals("TEST") ? BuildContent.Kind.TEST : BuildContent.Kind.BUILD);
            return List.of();
        } catch (BuildContentException e) {
            var line = LINE.matcher(e.getMessage());
            return List.of(new Problem(line.find() ? Integer.parseInt(line.group(1)) : 0, e.getMessage()));
        }
    }
}
