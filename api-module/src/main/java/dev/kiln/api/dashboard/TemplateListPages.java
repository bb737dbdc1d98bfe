package dev.kiln.api.dashboard;

import dev.kiln.account.AccountId;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.region.RegionId;
import dev.kiln.region.Regions;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of templates. */
@RestController
class TemplateListPages {

    private final ShownTemplates templates;
    private final Regions regions;
    private final Views pages;

    TemplateListPages(ShownTemplates templates, Regions regions, Views pages) {
        this.templates = templates;
        this.regions = regions;
        this.pages = pages;
    }

    @GetMapping("/ui/templates")
    void list(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @RequestParam(name = "before", required = false) @Nullable String before,
            HttpServletResponse response)
            throws IOException {
        var account = visitor.caller().account().value();
        var found = templates.list(
                visitor.caller().root() ? Optional.empty() : Optional.of(account),
                Cursor.read(before),
                ExecutionPages.SIZE + 1);
        var slice = Cursor.Slice.of(found, ExecutionPages.SIZE, row -> new Position(row.createdAt(), row.id()));
        var rows = slice.rows().stream()
                .filter(row -> visitor.may(TemplatePages.LIST, ResourceType.TEMPLATE, row))
                .map(row -> row.seenBy(visitor))
                .toList();
        pages.render(
                response,
                "templates",
                Map.of(
                        "page",
                        pages.page("Templates", "templates", visitor),
                        "rows",
                        rows,
                        "mayCreate",
                        mayCreate(visitor),
                        "next",
                        slice.next()));
    }

    /** Whether the key can make a template in any region: which one, the form asks. */
    private boolean mayCreate(Visitor visitor) {
        var account = visitor.caller().account();
        return regions.ids().stream().map(RegionId::value).anyMatch(region -> mayCreate(visitor, region, account));
    }

    private static boolean mayCreate(Visitor visitor, String region, AccountId account) {
        return visitor.caller().may("ecs:CreateImagePipeline", ResourceType.TEMPLATE.name(region, account, "*"));
    }
}
