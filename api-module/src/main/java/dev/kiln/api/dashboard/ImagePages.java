package dev.kiln.api.dashboard;

import dev.kiln.account.AccountId;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.image.SeenPackages;
import dev.kiln.api.permission.ResourceType;
import dev.kiln.api.rpc.Cursor;
import dev.kiln.api.rpc.PagingTokens.Position;
import dev.kiln.image.Digest;
import dev.kiln.image.ImageId;
import dev.kiln.image.packages.PackageList;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The list of images, and the packages in each. */
@RestController
class ImagePages {

    private static final String LIST = "ecs:DescribeImages";
    private static final String PACKAGES = "kiln:GetPackages";
    private static final int LONGEST_FAMILY = 128;

    private final ShownImages images;
    private final SeenPackages packages;
    private final Views pages;

    ImagePages(ShownImages images, SeenPackages packages, Views pages) {
        this.images = images;
        this.packages = packages;
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

    @GetMapping("/ui/images/{id}")
    void show(
            @RequestAttribute(Visitor.ATTRIBUTE) Visitor visitor,
            @PathVariable("id") String id,
            HttpServletResponse response)
            throws IOException {
        var row = images.find(id)
                .filter(found -> visitor.may(LIST, ResourceType.IMAGE, found))
                .orElseThrow(() -> Refusals.imageNotFound(id));
        var installed = visitor.may(PACKAGES, ResourceType.IMAGE, row)
                ? row.digest().map(Digest::new).flatMap(packages::of)
                : Optional.<PackageList>empty();
        var since = installed
                .flatMap(now -> packages.sincePrevious(new ImageId(id), now, new AccountId(row.accountId())))
                .filter(before -> mayReadPackages(visitor, before.image()));
        pages.render(
                response,
                "image",
                Map.of(
                        "page",
                        pages.page(row.name(), "images", visitor),
                        "row",
                        row,
                        "installed",
                        installed.map(PackageList::packages).orElse(List.of()),
                        "since",
                        since));
    }

    private boolean mayReadPackages(Visitor visitor, String image) {
        return images.find(image)
                .filter(row -> visitor.may(PACKAGES, ResourceType.IMAGE, row))
                .isPresent();
    }
}
