package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.image.Digest;
import dev.kiln.image.packages.ImagePackages;
import dev.kiln.image.packages.InstalledPackage;
import dev.kiln.image.packages.PackageList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is installed in images, as a worker has noted it. */
class PackagesIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient owner = server.newAccount();
    private final TestObjects objects = new TestObjects(server, owner);
    private final ImagePackages kept = new ImagePackages(server.jdbc());

    @Test
    void differencesAreThoseSinceTheImageBeforeOfTheFamily() {
        var first = image("tools", "curl 7.88", "nano 7");
        image("other", "curl 1");
        var second = image("tools", "curl 8.5", "vim 9");

        var packages = owner.rest("GET", path(second), "");
        assertThat(packages.at("count")).isEqualTo("2");
        assertThat(packages.at("packages/0/name")).isEqualTo("curl");
        assertThat(packages.at("packages/0/version")).isEqualTo("8.5");

        var differences = owner.rest("GET", path(second) + "/differences", "");
        assertThat(differences.at("to")).isEqualTo(first);
        assertThat(differences.at("added/0/name")).isEqualTo("vim");
        assertThat(differences.at("removed/0/name")).isEqualTo("nano");
        assertThat(differences.at("changed/0/before")).isEqualTo("7.88");
        assertThat(differences.at("changed/0/now")).isEqualTo("8.5");
        var back = owner.rest("GET", path(first) + "/differences?to=" + second, "");
        assertThat(back.at("added/0/name")).isEqualTo("nano");
        assertThat(owner.rest("GET", path(first) + "/differences", "").refusal())
                .isEqualTo("404 InvalidImageId.NoPrevious");
    }

    @Test
    void theImageBeforeIsAlsoThatOfTheSameTemplate() {
        var template = objects.template(objects.image("base"));
        var first = built(template, image("", "curl 1"));
        var second = built(template, image("", "curl 2"));

        assertThat(owner.rest("GET", path(second) + "/differences?to=previous", "")
                        .at("to"))
                .isEqualTo(first);
    }

    @Test
    void othersSeeNothing() {
        var image = image("tools", "curl 1");
        var own = server.newAccount();
        var theirs = new TestObjects(server, own).image("mine");

        assertThat(own.rest("GET", path(image), "").refusal()).isEqualTo("404 InvalidImageId.NotFound");
        assertThat(own.rest("GET", path(theirs) + "/differences?to=" + image, "")
                        .refusal())
                .isEqualTo("404 InvalidImageId.NotFound");
    }

    @Test
    void aKeyComparesOnlyImagesThatItMayReadBothOf() {
        var first = image("narrow", "curl 1");
        var second = image("narrow", "curl 2");
        var one = key(second);
        for (var to : List.of("", "?to=previous", "?to=" + first, "?to=m-none")) {
            assertThat(one.rest("GET", path(second) + "/differences" + to, "").refusal())
                    .as(to)
                    .isEqualTo("403 Forbidden.RAM");
        }
        var page = new PageClient(one);
        assertThat(page.get("/ui/images/" + second, page.session(one)).text())
                .contains("curl")
                .doesNotContain("Changed since");

        var both = key(first, second);
        assertThat(both.rest("GET", path(second) + "/differences", "").at("to")).isEqualTo(first);
        assertThat(page.get("/ui/images/" + second, page.session(both)).text()).contains("Changed since");
    }

    /** As of a build from before the limit. */
    @Test
    void aLongListCountsAsNotRecorded() {
        var image = objects.image("a-long-list", "long");
        var most = IntStream.range(0, 8500)
                .mapToObj(number -> new InstalledPackage("dpkg", "p" + number, "x".repeat(250), "amd64"))
                .toList();
        kept.keep(new Digest(owner.rest("GET", "/api/v1/images/" + image, "").at("digest")), new PackageList(most));
        var next = image("long", "curl 1");

        assertThat(owner.rest("GET", path(image), "").refusal()).isEqualTo("404 InvalidImageId.PackagesNotRecorded");
        assertThat(owner.rest("GET", path(next) + "/differences", "").refusal())
                .isEqualTo("404 InvalidImageId.PackagesNotRecorded");
    }

    private WireClient key(String... images) {
        var allowed =
                List.of(images).stream().map(image -> TestKeys.statement("Allow", "*", "acs:ecs:*:*:image/" + image));
        return TestKeys.narrowed(server, owner, TestKeys.policy(allowed.toArray(String[]::new)));
    }

    private String built(String template, String image) {
        var execution = objects.start(template);
        objects.finish(execution, "SUCCESS");
        server.jdbc()
                .sql("update image_copy set execution_id = :execution where id = :id")
                .param("execution", execution)
                .param("id", image)
                .update();
        return image;
    }

    /** An image whose content nobody else has. */
    private String image(String family, String... packages) {
        var id = objects.image("golden-" + String.join("-", packages).replaceAll("[ .]", "-"), family);
        kept.keep(
                new Digest(owner.rest("GET", "/api/v1/images/" + id, "").at("digest")),
                new PackageList(List.of(packages).stream()
                        .map(text -> text.split(" ", -1))
                        .map(words -> new InstalledPackage("dpkg", words[0], words[1], "amd64"))
                        .toList()));
        return id;
    }

    private static String path(String image) {
        return "/api/v1/images/" + image + "/packages";
    }
}
