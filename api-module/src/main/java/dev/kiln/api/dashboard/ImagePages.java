package dev.kiln.api.dashboard;

import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.PagingTokens.Position;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of images. */
@RestController
class ImagePages {

    private static final String LIST = "ecs:DescribeImages";
    private static final int LONGEST_FAMILY = 128;

    private final ShownImages images;
    private final Views pages;

    ImagePages(ShownImages images, Views pages) {
        this.images = images;
        this.pages = pages;
    }

    @GetMapping("/ui/images")
    void list(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @RequestParam(name = "family", defaultValue = "") String family,
            @RequestParam(name = "before", required = false) @Nullable String before,
            HttpServletResponse response)
            throws IOException {
        var asked = family.length() <= LONGEST_FAMILY && family.indexOf('\0') < 0 ? family : "";
        var account = visitor.caller().account().value();
        var found = images.list(
                visitor.caller().root() ? Optional.empty() : Optional.of(account),
                asked,
                Cursor.read(before),
                ExecutionPages.SIZE + 1);
        var slice = Cursor.Slice.of(found, ExecutionPages.SIZE, row -> new Position(row.createdAt(), row.id()));
        var rows = slice.rows().stream()
                .filter(row -> visitor.may(LIST, ResourceType.IMAGE, row))
                .toList();
        pages.render(
                response,
                "images",
                Map.of(
                        "page",
                        pages.page("Images", "images", visitor),
                        "family",
                        asked,
                        "rows",
                        rows,
                        "next",
                        slice.next()));
    }
}
