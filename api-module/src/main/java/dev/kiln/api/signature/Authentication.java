package dev.kiln.api.signature;

import dev.kiln.api.error.ApiException;
import dev.kiln.api.error.ErrorCode;
import dev.kiln.api.error.Gateway;
import dev.kiln.api.error.Refusals;
import dev.kiln.api.permission.Policy;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * Authenticates callers. The order of checks is fixed and documented: completeness, time stamp, key, token, signature,
 * rate, and last the nonce. The nonce is remembered only if everything else was right, so that nobody can use up
 * another caller's nonces.
 */
@Component
public class Authentication {

    static final Duration MAX_SKEW = Duration.ofMinutes(15);
    private static final Pattern TIMESTAMP = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z");
    private static final Pattern NONCE = Pattern.compile("[\\x21-\\x7E]{1,128}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final AccessKeys keys;
    private final TemporaryKeys temporaryKeys;
    private final Throttle throttle;
    private final SeenNonces nonces;
    private final Clock clock;

    Authentication(AccessKeys keys, TemporaryKeys temporaryKeys, Throttle throttle, SeenNonces nonces, Clock clock) {
        this.keys = keys;
        this.temporaryKeys = temporaryKeys;
        this.throttle = throttle;
        this.nonces = nonces;
        this.clock = clock;
    }

    /** Whether the request claims signature V3; otherwise it must carry V1. */
    public static boolean claimsV3(SignedRequest request) {
        return request.headers().containsKey("authorization");
    }

    /** The caller of a request signed with V1 over all its parameters, query and form together. */
    public Caller verifyV1(String method, Map<String, String> parameters) {
        for (var name : List.of(
                "AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp")) {
            if (parameters.getOrDefault(name, "").isEmpty()) {
                throw Gateway.missing(name);
            }
        }
        requireValue(parameters, "SignatureMethod", "HMAC-SHA1", Gateway.SIGNATURE_METHOD);
        requireValue(parameters, "SignatureVersion", "1.0", Gateway.SIGNATURE_VERSION);
        var claim = new Claim(
                get(parameters, "AccessKeyId"),
                get(parameters, "SecurityToken"),
                get(parameters, "SignatureNonce"),
                get(parameters, "Timestamp"));
        var toSign = Signatures.stringToSignV1(method, parameters);
        var given = get(parameters, "Signature");
        return verify(
                claim,
                secret -> Signatures.same(given, Signatures.signV1(secret, toSign))
                        || Signatures.same(
                                given,
                                Signatures.signV1(secret, Signatures.stringToSignV1WithoutEmpty(method, parameters))),
                () -> Gateway.SIGNATURE_MISMATCH.because(
                        "Specified signature is not matched with our calculation. server string to sign is:" + toSign));
    }

    /**
     * The caller of a request signed with V3.
     *
     * @param actualBody the body's SHA-256 in hexadecimal; empty if the body is read and compared later
     * @param alsoSigned headers that must be signed because their values are used
     */
    public Caller verifyV3(SignedRequest request, Optional<String> actualBody, List<String> alsoSigned) {
        var header = request.header("authorization");
        if (!header.startsWith(Signatures.V3_ALGORITHM + " ")) {
            throw Authorization.incomplete("Authorization has to begin with " + Signatures.V3_ALGORITHM);
        }
        var authorization = Authorization.parse(header);
        authorization.requireSigned(alsoSigned);
        authorization.requireSameKey(request.header("x-acs-accesskey-id"));
        var token = request.header("x-acs-security-token");
        if (!token.isEmpty()) {
            authorization.requireSigned(List.of("x-acs-security-token"));
        }
        for (var name : authorization.signedHeaders()) {
            if (!request.headers().containsKey(name)) {
                throw Authorization.incomplete("the signed header " + Refusals.quoted(name) + " was not sent");
            }
        }
        var body = request.header("x-acs-content-sha256");
        if (!SHA256.matcher(body).matches()) {
            throw Authorization.incomplete("x-acs-content-sha256 is not 64 lower-case hexadecimal digits");
        }
        var claim = new Claim(
                authorization.credential(),
                token,
                request.header("x-acs-signature-nonce"),
                request.header("x-acs-date"));
        var toSign = Signatures.stringToSignV3(request.canonical(authorization.signedHeaders()));
        return verify(
                claim,
                secret -> Signatures.same(authorization.signature(), Signatures.signV3(secret, toSign))
                        && actualBody.map(body::equals).orElse(true),
                () -> Gateway.SIGNATURE_MISMATCH.because(
                        "Specified signature does not match our calculation. server StringToSign is [" + toSign + "]"));
    }

    private record Claim(String accessKeyId, String securityToken, String nonce, String timestamp) {}

    private Caller verify(
            Claim claim, Predicate<String> signedWith, java.util.function.Supplier<ApiException> mismatch) {
        var sent = checkedTime(claim.timestamp);
        if (!NONCE.matcher(claim.nonce).matches()) {
            throw Refusals.invalid(
                    Gateway.NONCE, "SignatureNonce", claim.nonce, "it has to be 1 to 128 printable characters");
        }
        var key = keys.find(claim.accessKeyId)
                .or(() -> temporaryKeys.find(claim.accessKeyId))
                .orElseThrow(() -> Gateway.KEY_NOT_FOUND.because("Specified access key is not found."));
        if (!key.active()) {
            throw Gateway.KEY_INACTIVE.because("Specified access key is disabled.");
        }
        key.token().ifPresent(token -> token.check(claim.securityToken));
        if (!signedWith.test(key.secret())) {
            throw mismatch.get();
        }
        throttle.take(key.throttledAs());
        // Kept twice as long as needed: the database purges by its own clock, which can differ from ours.
        if (!nonces.remember(key.id(), claim.nonce, sent.plus(MAX_SKEW.multipliedBy(2)))) {
            throw Gateway.NONCE_USED.because("Specified signature nonce was used already.");
        }
        var policies = key.policies().stream().map(Policy::parse).toList();
        return new Caller(key.account(), key.id(), key.root(), key.token().isPresent(), policies);
    }

    private Instant checkedTime(String timestamp) {
        var sent = time(timestamp);
        if (Duration.between(sent, clock.instant()).abs().compareTo(MAX_SKEW) > 0) {
            throw Gateway.TIME_EXPIRED.because(
                    "Specified time stamp or date value is expired. It may differ from the server's clock, which says "
                            + clock.instant() + ", by 15 minutes.");
        }
        return sent;
    }

    private static Instant time(String timestamp) {
        try {
            if (TIMESTAMP.matcher(timestamp).matches()) {
                return Instant.parse(timestamp);
            }
        } catch (DateTimeException e) {
            throw notATime();
        }
        throw notATime();
    }

    private static ApiException notATime() {
        return Gateway.TIME_FORMAT.because(
                "Specified time stamp or date value is not well formatted. It has to be YYYY-MM-DDThh:mm:ssZ in UTC.");
    }

    private static void requireValue(Map<String, String> parameters, String name, String value, ErrorCode code) {
        if (!get(parameters, name).equals(value)) {
            throw Refusals.invalid(code, name, get(parameters, name), "it has to be " + value);
        }
    }

    private static String get(Map<String, String> parameters, String name) {
        return parameters.getOrDefault(name, "");
    }
}
