package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://nuget.example/a, HTTPS://NuGet.Example:443/b, true",
        "http://nuget.example, HTTP://nuget.example:80, true",
        "HTTPS://nuget.example, HTTPS://nuget.example:80, false",
        "https://nuget.example, http://nuget.example:443, false",
        "https://nuget.example, https://nuget.example.evil.test, false",
        "https://nuget.example, /relative, false",
        "ftp://nuget.example, ftp://nuget.example, false"
    })
    void servers_are_the_same_by_scheme_host_and_port_however_these_are_written(
            URI one, URI other, boolean same) {
        assertThat(ServerUrl.isSameServer(one, other)).isEqualTo(same);
        assertThat(ServerUrl.isSameServer(other, one)).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example, http://b.example, true",
        "HTTPS://a.example, HTTP://b.example, true",
        "https://a.example, HTTPS://b.example, false",
        "http://a.example, http://b.example, false"
    })
    void who_goes_on_to_plain_http_leaves_tls(URI from, URI to, boolean leaves) {
        assertThat(ServerUrl.leavesTls(from, to)).isEqualTo(leaves);
    }
}
