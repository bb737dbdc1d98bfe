package dev.kiln.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aliyun.ecs20140526.Client;
import com.aliyun.ecs20140526.models.DescribeImagesRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.auth.BasicSessionCredentials;
import com.aliyuncs.auth.SignatureVersion;
import com.aliyuncs.auth.StaticCredentialsProvider;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor's unmodified Java SDKs with temporary keys, as they have them from STS. */
class SecurityTokenSdkIT {

    private final ApiServer server = ApiServer.shared();
    private final WireClient key = TestKeys.temporary(
            server, server.newAccount(), Map.of("policy", TestKeys.allow("ecs:DescribeImages", "*")));

    @ParameterizedTest
    @ValueSource(strings = {"v2", "ACS3-HMAC-SHA256"})
    void theNewerGeneration(String algorithm) throws Exception {
        var request = new DescribeImagesRequest().setRegionId(WireClient.REGION);
        var client = newer(algorithm, key.securityToken());
        assertThat(client.describeImages(request).getBody().getTotalCount()).isZero();
        assertThatThrownBy(() -> client.deleteImage(new com.aliyun.ecs20140526.models.DeleteImageRequest()
                        .setRegionId(WireClient.REGION)
                        .setImageId("m-x")))
                .isInstanceOfSatisfying(TeaException.class, refusal -> {
                    assertThat(refusal.getCode()).isEqualTo("Forbidden.RAM");
                    assertThat(refusal.getStatusCode()).isEqualTo(403);
                });
        assertThatThrownBy(() -> newer(algorithm, "x".repeat(64)).describeImages(request))
                .isInstanceOfSatisfying(
                        TeaException.class,
                        refusal ->
                                assertThat(refusal.getCode()).isEqualTo("InvalidSecurityToken.MismatchWithAccessKey"));
    }

    private Client newer(String algorithm, String token) throws Exception {
        return new Client(new Config()
                .setAccessKeyId(key.keys().id())
                .setAccessKeySecret(key.keys().secret())
                .setSecurityToken(token)
                .setProtocol("http")
                .setSignatureAlgorithm(algorithm)
                .setRegionId(WireClient.REGION)
                .setEndpoint("127.0.0.1:" + server.port()));
    }

    @ParameterizedTest
    @CsvSource({"JSON,V1", "XML,V1", "JSON,V3"})
    void theOlderGeneration(FormatType format, SignatureVersion signature) throws Exception {
        assertThat(older(format, signature, key.securityToken())).isZero();
        assertThatThrownBy(() -> older(format, signature, "x".repeat(64)))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        refusal -> assertThat(refusal.getErrCode())
                                .isEqualTo("InvalidSecurityToken.MismatchWithAccessKey"));
    }

    private int older(FormatType format, SignatureVersion signature, String token) throws ClientException {
        var credentials =
                new BasicSessionCredentials(key.keys().id(), key.keys().secret(), token);
        var client = new DefaultAcsClient(
                DefaultProfile.getProfile(WireClient.REGION), new StaticCredentialsProvider(credentials));
        var request = new com.aliyuncs.ecs.model.v20140526.DescribeImagesRequest();
        request.setSysEndpoint("127.0.0.1:" + server.port());
        request.setSysProtocol(ProtocolType.HTTP);
        request.setSysAcceptFormat(format);
        request.setSysSignatureVersion(signature);
        request.putQueryParameter("RegionId", WireClient.REGION);
        return client.getAcsResponse(request).getTotalCount();
    }
}
