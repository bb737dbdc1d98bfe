package dev.kiln.bench.micro;

import dev.kiln.api.signature.FormText;
import dev.kiln.api.signature.Signatures;
import dev.kiln.api.signature.SignedRequest;
import dev.kiln.template.BuildCommand;
import dev.kiln.template.BuildContent;
import dev.kiln.template.BuildContentException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The parts of a request that only need a processor. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Requests {

    private static final String SECRET = "secret-of-an-account-of-a-bench-run";

    private static final List<String> SIGNED = List.of(
            "host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version");

    private final Map<String, String> query = Map.of(
            "RegionId", "cn-hangzhou",
            "ImagePipelineId", "ip-znnpkpue8jlqxgumf0b1",
            "ClientToken", "7f1c7a3e-7a53-4c3c-9c0e-6f6a0a6f8a11");

    private final SignedRequest request = new SignedRequest(
            "POST",
            "/",
            query,
            Map.of(
                    "host", "127.0.0.1:8080",
                    "x-acs-action", "StartImagePipelineExecution",
                    "x-acs-content-sha256", Signatures.sha256(new byte[0]),
                    "x-acs-date", "2024-06-07T12:00:00Z",
                    "x-acs-signature-nonce", "5a0f4a52-60c1-4c19-9d1c-2e3f4a5b6c7d",
                    "x-acs-version", "2014-05-26"));

    private final String raw = FormText.canonical(query);

    private final String content = "ENV STAGE=\"golden\"\n"
            + "RUN apt-get update && apt-get install --yes nginx \\\n    && rm -rf /var/lib/apt/lists/*\n".repeat(10);

    /** What the API computes to check a V3 signature. */
    @Benchmark
    public boolean signatureCheck() {
        var toSign = Signatures.stringToSignV3(request.canonical(SIGNED));
        return Signatures.same(SECRET, Signatures.signV3(SECRET, toSign));
    }

    /** The query of a start. */
    @Benchmark
    public Map<String, String> queryParser() {
        return FormText.parse(raw);
    }

    /** A template of eleven commands. */
    @Benchmark
    public List<BuildCommand> buildContentParser() throws BuildContentException {
        return BuildContent.parse(content, BuildContent.Kind.BUILD);
    }
}
