package dev.kiln.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kiln.start.CannotStartException;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretSealTest {

    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    private final SecretSeal seal = new SecretSeal(KEY);

    @Test
    void opensWhatItSealedAndNeverSealsTheSameWayTwice() {
        var sealed = seal.seal("id", "secret");
        assertThat(seal.open("id", sealed)).isEqualTo("secret");
        assertThat(seal.seal("id", "secret")).isNotEqualTo(sealed);
    }

    @Test
    void doesNotOpenUnderAnotherIdOrAfterAChange() {
        var sealed = seal.seal("id", "secret");
        assertThatThrownBy(() -> seal.open("other", sealed)).isInstanceOf(IllegalStateException.class);
        sealed[20] ^= 1;
        assertThatThrownBy(() -> seal.open("id", sealed)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "not base64 at all!"})
    void saysWhatIsWrongWithAKey(String key) {
        assertThatThrownBy(() -> new SecretSeal(key))
                .isInstanceOf(CannotStartException.class)
                .hasMessageContaining("kiln.secrets-key")
                .hasMessageContaining("openssl rand -base64 32");
    }

    @Test
    void aDigestDependsOnKeyPurposeAndText() {
        var other = new SecretSeal(Base64.getEncoder().encodeToString(Arrays.copyOf(new byte[] {1}, 32)));
        assertThat(seal.keyedDigest("a", "text"))
                .hasSize(64)
                .isEqualTo(new SecretSeal(KEY).keyedDigest("a", "text"))
                .isNotEqualTo(seal.keyedDigest("b", "text"))
                .isNotEqualTo(seal.keyedDigest("a", "text "))
                .isNotEqualTo(other.keyedDigest("a", "text"));
    }
}
