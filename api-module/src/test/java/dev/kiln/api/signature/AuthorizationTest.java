package dev.kiln.api.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.api.error.ApiException;
import org.junit.jupiter.api.Test;

class AuthorizationTest {

    @Test
    void partsComeInAnyOrder() {
        var parsed = Authorization.parse("ACS3-HMAC-SHA256 Signature=ab, SignedHeaders=Host;x-acs-date,Credential=key");
        assertThat(parsed.credential()).isEqualTo("key");
        assertThat(parsed.signedHeaders()).containsExactly("host", "x-acs-date");
        assertThat(parsed.signature()).isEqualTo("ab");
    }

    @Test
    void aHeaderThatIsNamedAgainAndAgainDoesNotMakeAGiganticTextToSign() {
        var names = "a" + ";a".repeat(60_000);
        assertThatThrownBy(() ->
                        Authorization.parse("ACS3-HMAC-SHA256 Credential=k,SignedHeaders=" + names + ",Signature=s"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("named twice");
    }
}
