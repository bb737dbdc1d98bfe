package dev.kiln.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kiln.worker.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Packer says for machines; that of amazon-ebs is in the form of its documentation, since no cloud is at hand. */
class PackerOutputTest {

    private static final String EBS = """
            1600000000,,ui,say,==> amazon-ebs.web: Creating temporary keypair: packer_5f
            1600000001,,ui,message,    amazon-ebs.web: Instance ID: i-1%!(PACKER_COMMA) type t3
            1600000002,,ui,say,\\n==> Builds finished. The artifacts of successful builds are:
            1600000003,amazon-ebs.web,artifact-count,1
            1600000003,amazon-ebs.web,artifact,0,builder-id,mitchellh.amazonebs
            1600000003,amazon-ebs.web,artifact,0,id,eu-west-1:ami-0a%!(PACKER_COMMA)us-east-1:ami-0b
            1600000003,amazon-ebs.web,artifact,0,string,AMIs were created:\\neu-west-1: ami-0a
            1600000003,amazon-ebs.web,artifact,0,files-count,0
            1600000003,amazon-ebs.web,artifact,0,end
            """;

    private final RecordedOutput recorded = new RecordedOutput();
    private final PackerOutput output = new PackerOutput(recorded);

    @Test
    void anIdNamesAnImageInEachRegion() {
        take(EBS);
        assertThat(output.artifacts())
                .containsExactly(
                        new PackerArtifact("amazon-ebs.web", "eu-west-1", "ami-0a"),
                        new PackerArtifact("amazon-ebs.web", "us-east-1", "ami-0b"));
        assertThat(recorded.steps()).contains("phase amazon-ebs.web: Creating temporary keypair: packer_5f");
        assertThat(recorded.text()).contains("Instance ID: i-1, type t3");
    }

    @Test
    void otherIdsHaveNoRegionWhateverTheirColons() {
        take("1,docker,artifact,0,id,sha256:ab-cd\n1,file.x,artifact,0,id,File\n1,azure,artifact,0,id,https://x.y/z\n");
        take("1,x,artifact,0\n,,\nartifact,0,id,none\n1,x,artifact,0,id,\n");
        assertThat(output.artifacts())
                .containsExactly(
                        new PackerArtifact("docker", "", "sha256:ab-cd"),
                        new PackerArtifact("file.x", "", "File"),
                        new PackerArtifact("azure", "", "https://x.y/z"));
    }

    @Test
    void whatIsNoIdIsLeftOut() {
        take("1,docker,artifact,0,id," + "x".repeat(501)
                + "\n1,docker,artifact,0,id,a\0b\n1,docker,artifact,0,id,fine\n");
        assertThat(output.artifacts()).containsExactly(new PackerArtifact("docker", "", "fine"));
        assertThat(recorded.text()).contains("an artifact of docker is left out");
    }

    @Test
    void errorsAreKeptAndWhatIsNoLineForMachinesIsPrinted() {
        take("1,,ui,error,Build 'x' errored: no\\nsuch thing\nplain words\n1,,ui,say");
        output.end();
        assertThat(output.lastErrors()).isEqualTo("Build 'x' errored: no\nsuch thing");
        assertThat(recorded.text()).contains("plain words", "errored: no\nsuch thing");
    }

    @Test
    void aSecretAtTheBeginOfWhatIsKeptOfErrorsIsNotSeenInPart() {
        var secret = "0123456789abcdefghijklmnopqrstuvwxyz";
        var masked = new PackerOutput(new MaskedOutput(recorded, Secrets.of(List.of(secret))));
        var bytes = ("1,,ui,error," + secret + "-".repeat(1980) + "\n").getBytes(StandardCharsets.UTF_8);
        masked.take(bytes, bytes.length);
        assertThat(masked.lastErrors()).endsWith("---").doesNotContain("uvwxyz");
    }

    private void take(String text) {
        var bytes = text.replace("\\\\n", "\\n").getBytes(StandardCharsets.UTF_8);
        for (var one : bytes) {
            output.take(new byte[] {one}, 1);
        }
    }
}
