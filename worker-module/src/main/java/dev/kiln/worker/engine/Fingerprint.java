package dev.kiln.worker.engine;

import dev.kiln.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A digest over texts that keeps their boundaries: other texts with the same concatenation give another digest. */
final class Fingerprint {

    private final List<String> texts = new ArrayList<>();

    Fingerprint add(String text) {
        texts.add(text);
        return this;
    }

    Fingerprint add(Collection<String> more) {
        add(Integer.toString(more.size()));
        more.forEach(this::add);
        return this;
    }

    /** In hexadecimal digits. */
    String hex() {
        var computation = Digest.computation();
        for (var text : texts) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            computation.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
            computation.update(bytes);
        }
        return Digest.of(computation).hex();
    }
}
