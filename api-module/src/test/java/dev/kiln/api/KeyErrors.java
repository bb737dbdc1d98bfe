package dev.kiln.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Provokes the codes of keys and quotas, for {@link ErrorCodesIT}. */
final class KeyErrors {

    private final ApiServer server;
    private final WireClient client;
    private final Map<String, Supplier<Reply>> provoked = new LinkedHashMap<>();

    KeyErrors(ApiServer server, WireClient client) {
        this.server = server;
        this.client = client;
    }

    Map<String, Supplier<Reply>> provoked() {
        token("MissingSecurityToken", "");
        token("InvalidSecurityToken.Malformed", "x");
        token("InvalidSecurityToken.MismatchWithAccessKey", "x".repeat(64));
        provoked.put("InvalidSecurityToken.Expired", () -> {
            var key = TestKeys.temporary(server, client, Map.of());
            server.jdbc()
                    .sql("update temporary_key set expires_at = now() where id = :id")
                    .param("id", key.keys().id())
                    .update();
            return key.call("DescribeRegions");
        });
        provoked.put(
                "Forbidden.RAM",
                () -> TestKeys.narrowed(server, client, TestKeys.allow("kiln:ListKeys", "*"))
                        .call("DescribeRegions"));
        provoked.put("QuotaExceed.ImagePipeline", () -> {
            var full = full("""
                    insert into template (id, account_id, region_id, name, base_image_type, base_image)
                    select 'ip-' || lpad(cast(n as text), 20, 'q'), :account, 'cn-hangzhou', 'n', 'IMAGE', 'm-x'
                    from generate_series(1, 1000) n
                    """);
            var base = new TestObjects(server, full).image("base");
            return full.call("CreateImagePipeline", "BaseImageType", "IMAGE", "BaseImage", base);
        });
        provoked.put("QuotaExceed.ImageComponent", () -> full("""
                    insert into component (id, account_id, region_id, name, type, major, minor, patch, content)
                    select 'ic-' || lpad(cast(n as text), 20, 'q'), :account, 'cn-hangzhou', 'n', 'BUILD', n, 0, 0, 'x'
                    from generate_series(1, 1000) n
                    """).call("CreateImageComponent", "Content", "RUN true"));
        provoked.put("QuotaExceed.Image", () -> {
            var full = full("""
                    insert into image_copy (id, account_id, region_id, name, state, attempts)
                    select 'm-' || lpad(cast(n as text), 20, 'q'), :account, 'cn-hangzhou', 'n', 'COPYING', 1
                    from generate_series(1, 10000) n
                    """);
            var shared = new TestObjects(server, client).image("shared");
            client.call(
                    "ModifyImageSharePermission",
                    "ImageId",
                    shared,
                    "AddAccount.1",
                    full.keys().account());
            var refused = full.call("CopyImage", "ImageId", shared);
            server.jdbc()
                    .sql("delete from image_copy where account_id = :account")
                    .param("account", Long.parseLong(full.keys().account()))
                    .update();
            return refused;
        });
        return provoked;
    }

    private void token(String code, String token) {
        provoked.put(
                code,
                () -> TestKeys.temporary(server, client, Map.of())
                        .withToken(token)
                        .call("DescribeRegions"));
    }

    /** An account that has as much as it may. */
    private WireClient full(String rows) {
        var full = server.newAccount();
        server.jdbc()
                .sql(rows)
                .param("account", Long.parseLong(full.keys().account()))
                .update();
        return full;
    }
}
