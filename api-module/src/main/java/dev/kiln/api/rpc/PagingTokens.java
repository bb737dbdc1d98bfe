package dev.kiln.api.rpc;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.operation.Call;
import dev.kiln.api.operation.Parameter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Opaque NextTokens. Each is signed together with its operation, account and filter, so that it can neither be forged
 * nor used for another listing.
 */
public final class PagingTokens {

    public static final Parameter<String> NEXT_TOKEN = Parameter.text("NextToken");
    public static final Parameter<Integer> MAX_RESULTS =
            Parameter.integer("MaxResults", 1, 500).or(50);
    public static final ErrorCode INVALID_TOKEN =
            new ErrorCode("Invalid.NextToken", 403, "the token is made up, or belongs to another listing");

    /**
     * The size of a listing's objects in bytes, roughly, at which its page ends before MaxResults. XML can make five
     * times as much of them, and several pages are in memory at a time.
     */
    public static final int PAGE_BYTES = 1024 * 1024;

    private static final int MAC = 16;
    private static final int MAX_TOKEN = 1024;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    public PagingTokens(String secret) {
        // A derived key, so that the key that seals secrets is used for nothing else.
        this.key = new SecretKeySpec(hmac(secret.getBytes(StandardCharsets.UTF_8), "kiln paging tokens"), ALGORITHM);
    }

    /** Where a page ended; listings are sorted newest first and go on behind this object. */
    public record Position(Instant createdAt, String id) {

        // Later than any object: the first page.
        private static final Position BEFORE_ALL = new Position(Instant.parse("9999-01-01T00:00:00Z"), "");

        /** The time as the database takes it. */
        public OffsetDateTime time() {
            return OffsetDateTime.ofInstant(createdAt, ZoneOffset.UTC);
        }
    }

    /**
     * The page of a listing.
     *
     * @param found the rows behind the position of the request's token, one more than the page can hold
     */
    public <T> Listing<T> page(Call call, int total, List<T> found, Function<T, Position> position) {
        return page(call, call.get(MAX_RESULTS), total, found, position);
    }

    /** The same for a page that may hold fewer than the request's MaxResults. */
    public <T> Listing<T> page(Call call, int size, int total, List<T> found, Function<T, Position> position) {
        // A copy, which does not keep the rest in memory.
        var items = List.copyOf(found.subList(0, Math.min(size, found.size())));
        return new Listing<>(total, call.get(MAX_RESULTS), next(call, size, found, position), items);
    }

    /** The token of the page behind one of this size; empty if there is none. */
    public <T> String next(Call call, int size, List<T> found, Function<T, Position> position) {
        return found.size() > size ? write(call, position.apply(found.get(size - 1))) : "";
    }

    /** How many rows to read: one more than the page holds shows whether there is another page. */
    public static int limit(Call call) {
        return call.get(MAX_RESULTS) + 1;
    }

    /** The token for the page behind the position. */
    private String write(Call call, Position position) {
        var id = position.id().getBytes(StandardCharsets.UTF_8);
        var body = ByteBuffer.allocate(Long.BYTES + id.length)
                .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, position.createdAt()))
                .put(id)
                .array();
        var mac = mac(call, body);
        var all = Arrays.copyOf(mac, MAC + body.length);
        System.arraycopy(body, 0, all, MAC, body.length);
        return encoded(all);
    }

    private static String encoded(byte[] all) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /** The position in the request's NextToken; before all objects if there is no token. */
    public Position read(Call call) {
        return call.find(NEXT_TOKEN).map(token -> parse(call, token)).orElse(Position.BEFORE_ALL);
    }

    private Position parse(Call call, String token) {
        var all = decoded(token);
        // Base64's last character has spare bits, so other texts decode to the same bytes: accept only the one we gave
        // out.
        if (all.length <= MAC + Long.BYTES || !encoded(all).equals(token)) {
            throw refused();
        }
        var body = Arrays.copyOfRange(all, MAC, all.length);
        if (!MessageDigest.isEqual(Arrays.copyOf(all, MAC), mac(call, body))) {
            throw refused();
        }
        var buffer = ByteBuffer.wrap(body);
        var time = Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS);
        return new Position(time, StandardCharsets.UTF_8.decode(buffer).toString());
    }

    private static byte[] decoded(String token) {
        try {
            return token.length() > MAX_TOKEN
                    ? new byte[0]
                    : Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            throw refused();
        }
    }

    private byte[] mac(Call call, byte[] body) {
        var filter =
                call.operation() + "/" + call.digest(parameter -> parameter != NEXT_TOKEN && parameter != MAX_RESULTS)
                        + "/" + call.account() + "/" + Base64.getEncoder().encodeToString(body);
        return Arrays.copyOf(hmac(key.getEncoded(), filter), MAC);
    }

    private static byte[] hmac(byte[] secret, String text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static ApiException refused() {
        return INVALID_TOKEN.because(
                "The specified NextToken is not valid. Use the one that the page before returned, with the same filter,"
                        + " or none.");
    }
}
